// Owns how the generated parts of the documents are written down: tables, code, pictures.

export const code = (text) => `\`${text}\``

export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Mermaid has no other way to say "here" that both of GitHub's themes show. */
const HERE = 'classDef here fill:#fde68a,stroke:#b45309,color:#111'

/** A picture of states; those in `marked` are shown as the ones that a flow touches. */
export function picture(lines, marked) {
  const marks = marked.length === 0 ? [] : [HERE, `class ${marked.join(', ')} here`]
  const body = [...lines, ...marks].map((line) => `  ${line}`)
  return ['```mermaid', 'stateDiagram-v2', ...body, '```'].join('\n')
}

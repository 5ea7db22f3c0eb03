// Writes the generated parts of docs/reference from the built engine, so that a page cannot say
// what the code does not. `--check` fails when a committed page is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { ERRORS } from '../packages/engine/dist/errors.js'
import { ORDER_STATES } from '../packages/engine/dist/pipeline/projections/orders/states.js'

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const code = (text) => `\`${text}\``

const states = Object.entries(ORDER_STATES).sort(([, a], [, b]) => a.rank - b.rank)

const errorTable = () =>
  table(
    ['code', 'status', 'retry may help', 'cure'],
    Object.entries(ERRORS)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, row]) => [code(name), row.status, row.retryable ? 'yes' : 'no', row.cure]),
  )

const stateTable = () =>
  table(
    ['rank', 'status', 'meaning', 'set by', 'fact for handlers', 'end'],
    states.map(([name, { rank, meaning, setBy, fact, ended }]) => [
      rank,
      code(name),
      meaning,
      setBy,
      fact === null ? '–' : code(fact),
      ended ? 'yes' : 'no',
    ]),
  )

/** Every move goes up. Between two open states, and between two ends, each pair is an arrow. */
function statePicture() {
  const climb = (rows) =>
    rows.flatMap(([from], at) => rows.slice(at + 1).map(([to]) => `${from} --> ${to}`))
  const open = states.filter(([, state]) => !state.ended)
  const ends = states.filter(([, state]) => state.ended)
  const lines = [
    `[*] --> ${states[0][0]}`,
    'state open {',
    ...climb(open).map((line) => `  ${line}`),
    '}',
    ...ends.map(([name]) => `open --> ${name}`),
    ...climb(ends),
  ]
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n')
}

const PAGES = {
  'docs/reference/errors.md': { errors: errorTable },
  'docs/reference/orders.md': { 'order-states': stateTable, 'order-picture': statePicture },
}

const check = process.argv.includes('--check')
const stale = []
for (const [path, parts] of Object.entries(PAGES)) {
  const before = readFileSync(path, 'utf8')
  let after = before
  for (const [name, render] of Object.entries(parts)) {
    const part = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- /generated -->)`)
    if (!part.test(after)) throw new Error(`${path} has no part <!-- generated: ${name} -->`)
    // A function, because a replacement string would give `$1` in the text a meaning.
    after = after.replace(part, (_, open, close) => `${open}\n${render()}\n\n${close}`)
  }
  if (after === before) continue
  if (check) stale.push(path)
  else writeFileSync(path, after)
}

if (stale.length > 0) {
  console.error(`${stale.join(', ')}: stale, run node tools/generate-docs.mjs after a build`)
  process.exit(1)
}

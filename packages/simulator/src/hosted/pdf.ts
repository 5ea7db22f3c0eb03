/** Writes plain text as a PDF of typewritten pages, for whoever downloads an invoice. */

const page = { width: 612, height: 792, left: 56, top: 740, lineHeight: 15, size: 10.5 } as const
const linesPerPage = Math.floor((page.top - 60) / page.lineHeight)

/** The lines in their order; what Windows' Western letters do not hold becomes a question mark. */
export function pdfOf(lines: readonly string[]): string {
  const sheets: string[][] = []
  for (let at = 0; at === 0 || at < lines.length; at += linesPerPage) {
    sheets.push(lines.slice(at, at + linesPerPage))
  }
  const pageIds = sheets.map((_, index) => 4 + index * 2)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] /Count ${sheets.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>',
    ...sheets.flatMap((sheet, index) => {
      const content = contentOf(sheet)
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${page.width} ${page.height}] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ]
    }),
  ]
  return assembled(objects)
}

function assembled(objects: readonly string[]): string {
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  return `${body}xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
}

function contentOf(lines: readonly string[]): string {
  const shown = lines.map((line) => `(${encoded(line)}) Tj T*`).join('\n')
  return `BT /F1 ${page.size} Tf ${page.lineHeight} TL ${page.left} ${page.top} Td\n${shown}\nET`
}

const beyondLatin: Readonly<Record<string, string>> = {
  '€': '\\200',
  '‘': '\\221',
  '’': '\\222',
  '“': '\\223',
  '”': '\\224',
  '•': '\\225',
  '–': '\\226',
  '—': '\\227',
  '×': '\\327',
}

/** ASCII alone, so that a byte is a character everywhere on the way. */
function encoded(line: string): string {
  return [...line]
    .map((char) => {
      const code = char.codePointAt(0) ?? 0
      if ('()\\'.includes(char)) return `\\${char}`
      if (code >= 32 && code < 127) return char
      if (code >= 160 && code < 256) return `\\${code.toString(8)}`
      return beyondLatin[char] ?? '?'
    })
    .join('')
}

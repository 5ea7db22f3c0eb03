// Keeps what a proof measured where the acceptance command reads it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../../artifacts/figures/', import.meta.url))

export function keepFigure(name: string, figure: Readonly<Record<string, number>>): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}${name}.json`, JSON.stringify(figure))
}

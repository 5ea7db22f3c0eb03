// Owns the types of docs-blocks.mjs, for the test that runs what it extracts.
export interface RunnableBlock {
  readonly path: string
  readonly line: number
  readonly name: string
  readonly code: string
}
export function extractRunnable(path: string): readonly RunnableBlock[]
export function compile(
  files: Readonly<Record<string, string>>,
  name: string,
): (file: string) => string

// Takes the code out of the documents: every block marked ```ts runnable, and a block that has a
// file name after it (`engine.ts`) can be imported by the others of its page.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The runnable blocks of one page, with the line on which their code begins. */
export function extractRunnable(path) {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/^```ts runnable *(\S*)\n([\s\S]*?)^```$/gm)].map((match, index) => ({
    path,
    line: text.slice(0, match.index).split('\n').length + 1,
    name: match[1] === '' ? `block-${index + 1}.ts` : match[1],
    code: match[2],
  }))
}

/**
 * Compiles files (name → code) against the built packages, as an app of a user would, and answers
 * where the JavaScript of a name is. Throws with the compiler's words.
 */
export function compile(files, name) {
  // Inside the repository, so that imports find node_modules; git ignores it.
  const directory = join(ROOT, 'artifacts', 'docs', name)
  rmSync(directory, { recursive: true, force: true })
  for (const [file, code] of Object.entries(files)) {
    const path = join(directory, 'src', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      declaration: false,
      sourceMap: false,
      allowImportingTsExtensions: true,
      rootDir: 'src',
      outDir: 'out',
    },
    include: ['src'],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  try {
    execFileSync(process.execPath, [compiler, '-p', directory], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    throw new Error(error.stdout || error.stderr || error.message)
  }
  return (file) => join(directory, 'out', `${file}.js`)
}

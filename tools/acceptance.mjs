// The long proofs of one area: a line a claim, its figure, exit 1 if one does not hold.
// Usage: npm run acceptance -- <area> [--json] [--only 02.4]
import { parseArgs } from 'node:util'
import { findDatabase } from './services.mjs'

const AREAS = {
  billing: './acceptance/billing.mjs',
  checkout: './acceptance/checkout.mjs',
  simulator: './acceptance/simulator.mjs',
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const area = positionals[0]
if (area === undefined || !Object.hasOwn(AREAS, area)) {
  console.error(
    `usage: npm run acceptance -- <${Object.keys(AREAS).join('|')}> [--json] [--only ID]`,
  )
  process.exit(2)
}
const { claims } = await import(AREAS[area])
const context = { databaseUrl: await findDatabase() }
const results = []
for (const { id, claim, run } of claims) {
  if (values.only !== undefined && values.only !== id) continue
  const from = Date.now()
  process.stderr.write(`${id} …\n`)
  const { ok, figure } = await run(context).catch((error) => ({ ok: false, figure: String(error) }))
  results.push({ id, claim, ok, figure })
  process.stderr.write(
    `${id} ${ok ? 'ok' : 'NOT OK'} in ${Math.round((Date.now() - from) / 1000)} s\n`,
  )
  if (!values.json) console.log(`${id}  ${ok ? 'ok    ' : 'NOT OK'}  ${claim}\n       ${figure}`)
}
if (values.json) console.log(JSON.stringify(results, null, 2))
process.exitCode = results.length > 0 && results.every((result) => result.ok) ? 0 : 1

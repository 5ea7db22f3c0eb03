// Writes the generated parts of the documents from the built engine, so that a page cannot say
// what the code does not. A part is `<!-- generated: name arguments -->` to `<!-- /generated -->`.
// `--check` fails when a committed page is stale.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { policyTable, reasonTable } from './docs/access.mjs'
import { errorTable } from './docs/errors.mjs'
import { eventTable } from './docs/events.mjs'
import { flowTable } from './docs/flows.mjs'
import { itemTable, optionTable } from './docs/options.mjs'
import { orderPicture, orderTable, statusPicture, statusTable } from './docs/states.mjs'

const PARTS = {
  'access-policies': policyTable,
  'access-reasons': reasonTable,
  'dispute-picture': statusPicture('dispute'),
  errors: errorTable,
  events: eventTable,
  flows: flowTable,
  items: itemTable,
  'invoice-picture': statusPicture('invoice'),
  options: optionTable,
  'order-picture': orderPicture,
  'order-states': orderTable,
  'refund-picture': statusPicture('refund'),
  states: statusTable,
  'subscription-picture': statusPicture('subscription'),
}

const PART = /(<!-- generated: ([\w-]+)((?: \w+)*) -->\n)[\s\S]*?(<!-- \/generated -->)/g

function written(path, text, used) {
  // A function, because a replacement string would give `$1` in the text a meaning.
  return text.replace(PART, (_, open, name, words, close) => {
    if (!Object.hasOwn(PARTS, name)) throw new Error(`${path}: nothing generates ${name}`)
    used.add(name)
    return `${open}\n${PARTS[name](...words.split(' ').filter(Boolean))}\n\n${close}`
  })
}

const check = process.argv.includes('--check')
const stale = []
const used = new Set()
const pages = readdirSync('docs', { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name))
for (const path of pages) {
  const before = readFileSync(path, 'utf8')
  const after = written(path, before, used)
  if (after.match(/<!-- generated: /g)?.length !== after.match(/<!-- \/generated -->/g)?.length) {
    throw new Error(`${path}: a generated part does not end, or its marker cannot be read`)
  }
  if (after === before) continue
  if (check) stale.push(path)
  else writeFileSync(path, after)
}

const unused = Object.keys(PARTS).filter((name) => !used.has(name))
if (unused.length > 0) throw new Error(`no page shows ${unused}`)
if (stale.length > 0) {
  console.error(`${stale.join(', ')}: stale, run node tools/generate-docs.mjs after a build`)
  process.exit(1)
}

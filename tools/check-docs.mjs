// Fails when a document says what is not so: a dead link or path, a code, command or script that
// does not exist, a route, state, table or dependency that is missing, code that does not compile.
// Needs the built packages.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { ROUTE_PATHS } from '../packages/engine/dist/adapters/fetch.js'
import { ERRORS } from '../packages/engine/dist/errors.js'
import { EVENT_NAMES } from '../packages/engine/dist/events.js'
import { PINNED_API_VERSION } from '../packages/engine/dist/ports/stripe.js'
import { COMMANDS } from '../packages/server/dist/cli/registry.js'
import { ENVIRONMENT_KEYS } from '../packages/server/dist/config/keys.js'
import { toldOn } from './docs/flows.mjs'
import { compile, extractRunnable } from './docs-blocks.mjs'

const problems = []
const read = (path) => readFileSync(path, 'utf8')
const json = (path) => JSON.parse(read(path))

const under = (directory) =>
  readdirSync(directory, { recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(directory, name))
const packages = readdirSync('packages').map((name) => join('packages', name))
const PAGES = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...under('docs'),
  ...packages.map((path) => join(path, 'README.md')).filter((path) => existsSync(path)),
]
/** Notes on decisions are of their day: what they name may have moved since. */
const isDecision = (page) => page.startsWith(join('docs', 'decisions'))

const withoutFences = (text) => text.replace(/^```[\s\S]*?^```$/gm, '')
const fences = (text) => [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
const inlineCode = (text) => [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map((m) => m[1])
/** Everything that a reader may type: inline code, and shell lines without their comments. */
const commandsIn = (text) => [
  ...inlineCode(text),
  ...fences(text)
    .filter(([, language]) => /^(sh|yaml)?$/.test(language.trim()))
    .flatMap(([, , body]) => body.split('\n'))
    .map((line) => line.replace(/ #.*$/, '')),
]

const slug = (heading) =>
  heading
    .toLowerCase()
    .replace(/[`*]/g, '')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (path) =>
  new Set([...withoutFences(read(path)).matchAll(/^#+ (.+)$/gm)].map((m) => slug(m[1])))

function checkLinks(page, text) {
  for (const [, target] of withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(https?|mailto):/.test(target)) continue
    const [file, anchor] = target.split('#')
    const path = file === '' ? page : normalize(join(dirname(page), file))
    if (!existsSync(path)) problems.push(`${page}: dead link ${target}`)
    else if (anchor !== undefined && !anchorsOf(path).has(anchor)) {
      problems.push(`${page}: ${target} has no such heading`)
    }
  }
}

function checkPaths(page, text) {
  for (const code of inlineCode(text)) {
    if (!/^(packages|docs|tools|e2e|demo|examples)\/[\w./-]+$/.test(code)) continue
    if (!existsSync(code)) problems.push(`${page}: there is no ${code}`)
  }
}

// Names in capitals are error codes, configuration keys, or one of these.
const OTHER_CAPITALS = new Set([
  'CHECKOUT_SESSION_ID', // Stripe's placeholder
  'CHROMIUM_PATH', // the browser tests
  'SIMULATOR_PORT', // npm start
  'ORDER_STATES', // the tables in the code
  'SUBSCRIPTION_STATES',
  'INVOICE_STATES',
  'ACCESS_REASONS',
  'HTTPS_PROXY',
  'STRIPE_CLI_TELEMETRY_OPTOUT',
  'STRIPE_CLI_UNIX_SOCKET',
])
const KEYS = ENVIRONMENT_KEYS.map(({ key }) => key)
const isKey = (name) => KEYS.includes(name) || name.startsWith('STRIPE_WEBHOOK_SECRET_')

function checkCapitals(page, text) {
  for (const [name] of text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)) {
    if (Object.hasOwn(ERRORS, name) || isKey(name) || OTHER_CAPITALS.has(name)) continue
    problems.push(`${page}: ${name} is neither an error code nor a configuration key`)
  }
}

const scripts = json('package.json').scripts
const GLOBAL_OPTIONS = ['help', 'h']

function checkCommands(page, text) {
  for (const line of commandsIn(text)) {
    for (const [, name] of line.matchAll(/\bnpm run ([\w:-]+)/g)) {
      if (scripts[name] === undefined) problems.push(`${page}: there is no script ${name}`)
    }
    for (const [, name] of line.matchAll(/\bnpm (start|test)\b/g)) {
      if (scripts[name] === undefined) problems.push(`${page}: there is no script ${name}`)
    }
    for (const [, given] of line.matchAll(/(?:\bnpx |^)quittance ([a-z-][^&|;]*)/g)) {
      const words = given.trim().split(/\s+/)
      if (['stripe', 'help', '--version', '--help'].includes(words[0])) continue
      const command = COMMANDS.find(({ name }) => `${words.join(' ')} `.startsWith(`${name} `))
      if (command === undefined) problems.push(`${page}: no command quittance ${words.join(' ')}`)
      for (const [, option] of given.matchAll(/(?<=\s)--?([a-z-]+)/g)) {
        if (command === undefined || GLOBAL_OPTIONS.includes(option)) continue
        if (command.options[option] === undefined) {
          problems.push(`${page}: quittance ${command.name} has no option --${option}`)
        }
      }
    }
  }
}

/** Each of these must stand on its page, in code. */
function mustName(page, names, what) {
  const text = read(page)
  for (const name of names) {
    if (!text.includes(`\`${name}\``)) problems.push(`${page}: does not name ${what} ${name}`)
  }
}

function checkCoverage() {
  const http = read('docs/reference/http-api.md')
  for (const path of ROUTE_PATHS) {
    if (!new RegExp(`\`(GET|POST) ${path.replaceAll('/', '\\/')}\``).test(http)) {
      problems.push(`docs/reference/http-api.md: does not name the route ${path}`)
    }
  }
  const types = read('packages/engine/src/types.ts')
  for (const type of ['DispatchState', 'IgnoreReason', 'QuarantineReason', 'CheckOrigin']) {
    const union = new RegExp(`export type ${type} =([^;]*?)\\n\\n`).exec(types)?.[1] ?? ''
    const names = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1])
    if (names.length === 0) problems.push(`packages/engine/src/types.ts: no type ${type}`)
    mustName('docs/reference/events.md', names, type)
    if (type.endsWith('Reason')) mustName('docs/guides/operate.md', names, type)
  }
  const registry = read('packages/engine/src/pipeline/projections/registry.ts')
  const handled = [...registry.matchAll(/'([a-z_]+(?:\.[a-z_]+)+)',/g)]
  mustName(
    'docs/guides/webhook-endpoints.md',
    handled.map((match) => match[1]),
    'the event type',
  )
  mustName('docs/guides/webhook-endpoints.md', [PINNED_API_VERSION], 'the API version')
  const flows = under(join('docs', 'flows'))
  const told = new Set(flows.flatMap((page) => toldOn(read(page))))
  for (const name of Object.keys(EVENT_NAMES)) {
    if (!told.has(name)) problems.push(`docs/flows: no page tells of ${name}`)
  }
  for (const name of told) {
    if (!Object.hasOwn(EVENT_NAMES, name)) problems.push(`docs/flows: there is no event ${name}`)
  }
  const sql = readdirSync('packages/engine/src/storage/migrations')
    .map((name) => read(join('packages/engine/src/storage/migrations', name)))
    .join('\n')
  const tables = [...sql.matchAll(/^create (?:table|view) quittance\.(\w+) *(?:\(|as)/gm)]
  const names = tables.map((match) => match[1])
  const schema = 'docs/reference/schema.md'
  const readable = [...read(schema).matchAll(/^## quittance\.(\w+)$/gm)].map((match) => match[1])
  mustName(
    schema,
    names.filter((name) => !readable.includes(name)),
    'the table',
  )
  const workspaces = ['package.json', ...packages.map((path) => join(path, 'package.json'))]
  const dependencies = workspaces.flatMap((path) => {
    const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = json(path)
    return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
  })
  const foreign = dependencies.filter((name) => !/^(@quittance\/|quittance$)/.test(name))
  mustName('docs/decisions/0005-dependencies.md', [...new Set(foreign)], 'the dependency')
}

/** A page that nothing links to is a page that nobody finds. */
function checkReachable() {
  const indexes = ['decisions', 'flows'].map((room) => join('docs', room, 'README.md'))
  const linked = new Set(
    ['README.md', ...indexes].flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#\s]+)/g)].map((m) => normalize(join(dirname(page), m[1]))),
    ),
  )
  for (const page of under('docs')) {
    if (page !== indexes[0] && !linked.has(page)) problems.push(`${page}: no index links to it`)
  }
}

/** One compiler run over all blocks; what it finds is told by page and line. */
function checkCode(blocks) {
  const directoryOf = (page) => page.replaceAll(/[^\w]+/g, '-')
  const files = Object.fromEntries(
    blocks.map(({ path, name, code }) => [join(directoryOf(path), name), code]),
  )
  try {
    compile(files, 'check')
  } catch (error) {
    for (const line of error.message.trim().split('\n')) {
      const [, file, row, rest] = /src[\\/](.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? []
      const block = blocks.find(({ path, name }) => join(directoryOf(path), name) === file)
      const at = block === undefined ? '' : `${block.path}:${block.line + Number(row) - 1}: `
      problems.push(`${at}${rest ?? line}`)
    }
  }
}

for (const page of PAGES) {
  const text = read(page)
  checkLinks(page, text)
  if (isDecision(page)) continue
  checkPaths(page, text)
  checkCapitals(page, text)
  checkCommands(page, text)
}
checkCoverage()
checkReachable()
const blocks = PAGES.flatMap((page) => extractRunnable(page))
checkCode(blocks)

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log(`${PAGES.length} documents hold, ${blocks.length} blocks of code compile`)

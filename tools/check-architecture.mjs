// The import table in ARCHITECTURE.md is the architecture: an import that is not in it fails here.
// Also holds the file length, and keeps clocks, timers, randomness and ids behind ports.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

const LINES_MAX = 300
const problems = []

const walk = (directory) =>
  readdirSync(directory, { recursive: true })
    .map((entry) => join(directory, entry))
    .filter(
      (file) =>
        /\.(ts|tsx|mjs)$/.test(file) && !/node_modules|[\\/](dist|generated)[\\/]/.test(file),
    )

const importsOf = (file, { withTypes = true } = {}) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)( type)? [^'"]*?from\s+'([^']+)'|\b(?:import|from)\s*\(?\s*'([^']+)'/gm,
    ),
  ]
    .filter(([, isType]) => withTypes || isType === undefined)
    .map(([, , first, second]) => first ?? second)

// A row of a package's table may only import rows above it: that alone excludes circles between rooms.
const document = readFileSync('ARCHITECTURE.md', 'utf8')

function checkRooms({ marker, directory, roomOf, withTypes }) {
  const between = new RegExp(`<!-- ${marker} -->([\\s\\S]*?)<!-- /${marker} -->`)
  const allowed = new Map(
    (between.exec(document)?.[1] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| room'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, room, , imports]) => [room, new Set(imports.split(/\s+/).filter(Boolean))]),
  )
  const rank = new Map([...allowed.keys()].map((room, index) => [room, index]))
  for (const [room, imports] of allowed) {
    for (const other of imports) {
      if (!rank.has(other)) problems.push(`ARCHITECTURE.md: ${room} names an unknown room ${other}`)
      else if (rank.get(other) >= rank.get(room)) {
        problems.push(`ARCHITECTURE.md: ${room} must stand below ${other}`)
      }
    }
  }
  const used = new Set()
  const imported = new Set()
  for (const file of walk(directory)) {
    const from = roomOf(relative(directory, file))
    if (!allowed.has(from)) problems.push(`${file}: the room ${from} is not in the import table`)
    used.add(from)
    for (const specifier of importsOf(file, { withTypes })) {
      if (!specifier.startsWith('.')) continue
      const path = join(dirname(file), specifier)
      if (path.startsWith(join(directory, 'generated') + sep)) continue
      const to = roomOf(relative(directory, path))
      imported.add(`${from} ${to}`)
      if (from !== to && !allowed.get(from)?.has(to)) {
        problems.push(`${file}: ${from} may not import ${to}`)
      }
    }
  }
  for (const [room, imports] of allowed) {
    for (const other of imports) {
      if (!imported.has(`${room} ${other}`)) {
        problems.push(`ARCHITECTURE.md: ${room} does not import ${other}: take it from its row`)
      }
    }
    if (!used.has(room)) problems.push(`ARCHITECTURE.md: the room ${room} does not exist`)
  }
}

checkRooms({
  marker: 'import-table',
  directory: join('packages', 'engine', 'src'),
  withTypes: true,
  roomOf(file) {
    const parts = file.replace(/\.ts$/, '').split(sep)
    if (parts[0] !== 'pipeline') return parts[0]
    return parts.length > 2 ? `pipeline/${parts[1]}` : 'pipeline'
  },
})

// The simulator's rooms may name each other's types, which carry no code.
checkRooms({
  marker: 'simulator-table',
  directory: join('packages', 'simulator', 'src'),
  withTypes: false,
  roomOf: (file) => file.replace(/\.ts$/, '').split(sep)[0],
})

// Between packages.
const PACKAGES = {
  'packages/engine/src': [],
  'packages/simulator/src': [],
  'packages/dashboard/src': ['@quittance/engine'],
  'packages/server/src': ['@quittance/engine', '@quittance/dashboard'],
  'demo/src': ['@quittance/engine', '@quittance/simulator', 'quittance'],
}
for (const [directory, may] of Object.entries(PACKAGES)) {
  for (const file of walk(directory)) {
    for (const specifier of importsOf(file)) {
      const ours = /^(@quittance\/[a-z]+|quittance)(\/|$)/.exec(specifier)?.[1]
      if (ours !== undefined && !may.includes(ours)) {
        problems.push(`${file}: this package may not import ${ours}`)
      }
      if (
        specifier.startsWith('.') &&
        relative(directory, join(dirname(file), specifier)).startsWith('..')
      ) {
        problems.push(`${file}: ${specifier} leaves the package`)
      }
    }
  }
}

// The platform's clock, timers, randomness and ids are taken in these files only.
const PORTS = new Set(['packages/engine/src/ports/system.ts', 'packages/simulator/src/ports.ts'])
const PLATFORM =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask)\(|\brandom(UUID|Bytes|Int)\(|\bperformance\.now\(|\bprocess\.hrtime/
for (const directory of Object.keys(PACKAGES)) {
  for (const file of walk(directory)) {
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\n')
    if (lines.length - 1 > LINES_MAX)
      problems.push(`${file}: ${lines.length - 1} lines, ${LINES_MAX} allowed`)
    if (!/^(#!.*\n)?\/(\/ \S|\*\*)/.test(text))
      problems.push(`${file}: open with one sentence on what it owns`)
    if (PORTS.has(file.split(sep).join('/'))) continue
    for (const [index, line] of lines.entries()) {
      const code = line.replace(/\/\/.*$|^\s*\*.*$/, '')
      if (PLATFORM.test(code)) problems.push(`${file}:${index + 1}: use a port: ${line.trim()}`)
    }
  }
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}

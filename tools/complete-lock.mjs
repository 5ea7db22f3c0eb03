// Adds the platform variants of optional packages that npm left out of package-lock.json: an install
// that saw only its own platform's variants writes a lock that `npm ci` refuses, here and elsewhere.
import { readFileSync, writeFileSync } from 'node:fs'

const SYSTEMS = [
  'android',
  'darwin',
  'linux',
  'win32',
  'freebsd',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'openharmony',
]
const PROCESSORS = [
  'arm64',
  'x64',
  'arm',
  'ia32',
  'ppc64',
  's390x',
  'riscv64',
  'loong64',
  'mips64el',
]

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`
    const variant = name.split('/').pop()
    const os = SYSTEMS.find((system) => variant.includes(system))
    // Only an exact version can be written without asking a registry.
    if (lock.packages[key] !== undefined || os === undefined || !/^\d/.test(version)) continue
    const cpu = PROCESSORS.find((name) => new RegExp(`[-_]${name}(-|$)`).test(variant))
    lock.packages[key] = {
      version,
      ...(cpu === undefined ? {} : { cpu: [cpu] }),
      ...(entry.dev === true ? { dev: true } : {}),
      license: entry.license,
      optional: true,
      os: [os],
      ...(variant.includes('musl') ? { libc: ['musl'] } : {}),
    }
    added += 1
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`added ${added} platform variants`)

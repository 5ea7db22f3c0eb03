// Owns what `npm start` honours: three variables and one flag.
import { resolve } from 'node:path'
import { ConfigError } from 'quittance'

export interface DemoOptions {
  readonly dataDir: string
  readonly simulatorPort: number
  readonly json: boolean
}

/** @throws ConfigError naming the variable; PORT is read with the server's own configuration. */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): DemoOptions {
  const wrong = args.find((word) => word !== '--json')
  if (wrong !== undefined) {
    throw new ConfigError([{ key: wrong, found: 'is not known', cure: 'The one flag is --json.' }])
  }
  const text = environment.SIMULATOR_PORT ?? '4243'
  const simulatorPort = Number(text)
  if (!/^\d{1,5}$/.test(text) || simulatorPort > 65_535) {
    const found = `is ${JSON.stringify(text)}`
    const cure = 'Give a whole number from 0 to 65535.'
    throw new ConfigError([{ key: 'SIMULATOR_PORT', found, cure }])
  }
  if (environment.DATA_DIR?.trim() === '') {
    const cure = 'Give it a value, or remove it.'
    throw new ConfigError([{ key: 'DATA_DIR', found: 'is set but empty', cure }])
  }
  return {
    dataDir: resolve(directory, environment.DATA_DIR ?? '.data'),
    simulatorPort,
    json: args.length > 0,
  }
}

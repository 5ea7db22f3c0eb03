// Owns what `npm start` honours: three variables and one flag.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
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
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
  const text = environment.SIMULATOR_PORT ?? '4243'
  const simulatorPort = Number(text)
  if (!/^\d{1,5}$/.test(text) || simulatorPort > 65_535) {
    const found = `is ${JSON.stringify(text)}`
    const cure = 'Give a whole number from 0 to 65535.'
    throw new ConfigError([{ key: 'SIMULATOR_PORT', found, cure }])
  }
  return {
    dataDir: resolve(directory, environment.DATA_DIR ?? '.data'),
    simulatorPort,
    json: values.json === true,
  }
}

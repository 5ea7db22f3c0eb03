// Owns how a wrong configuration is told: every problem at once, by key, never a secret's value.

export interface Problem {
  /** The environment variable, or the path in the configuration file. */
  readonly key: string
  /** What stands there now, in words. Of a secret: its kind, never its value. */
  readonly found: string
  readonly cure: string
}

/** Thrown once, with everything that is wrong, so that nobody repairs one key per start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(render(problems))
    this.problems = problems
  }
}

function render(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`
  const lines = problems.map(({ key, found, cure }) => `  ${key}: ${found}. ${cure}`)
  return [`${count} in the configuration:`, ...lines].join('\n')
}

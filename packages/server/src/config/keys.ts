// Owns the table of every configuration key: what it means, its default, and whether it is secret.

export interface KeyRow {
  readonly key: string
  readonly secret: boolean
  readonly default: string
  readonly description: string
}

/** Environment variables. docs/reference/config.md is generated from this table and checked. */
export const ENVIRONMENT_KEYS = [
  {
    key: 'STRIPE_API_KEY',
    secret: true,
    default: 'none, required',
    description:
      'Secret (`sk_…`) or restricted (`rk_…`) key. Its prefix decides the mode: `test` or `live`. A publishable key (`pk_…`) is refused.',
  },
  {
    key: 'STRIPE_WEBHOOK_SECRET',
    secret: true,
    default: 'none',
    description:
      'Signing secret (`whsec_…`) of the endpoint `/webhooks/stripe` (also `/stripe-webhook`). Several, separated by commas, while a secret is being rolled. At least one endpoint needs a secret.',
  },
  {
    key: 'STRIPE_WEBHOOK_SECRET_<ENDPOINT>',
    secret: true,
    default: 'none',
    description:
      'Signing secret of one more endpoint. `STRIPE_WEBHOOK_SECRET_CONNECT` serves `/webhooks/stripe/connect`.',
  },
  {
    key: 'STRIPE_API_BASE',
    secret: false,
    default: '`https://api.stripe.com`',
    description:
      'Where Stripe answers. For the simulator, `http://127.0.0.1:4243`. Live mode accepts the default only.',
  },
  {
    key: 'DATABASE_URL',
    secret: true,
    default: 'none: embedded',
    description:
      'PostgreSQL 14 or newer, `postgres://user:password@host:5432/name`. Absent: an embedded database in `DATA_DIR`.',
  },
  {
    key: 'DATA_DIR',
    secret: false,
    default: '`.data`',
    description:
      'Directory of the embedded database and of the sockets through which the command line talks to the running server.',
  },
  {
    key: 'HOST',
    secret: false,
    default: '`127.0.0.1`',
    description: 'Address to listen on. `0.0.0.0` to be reachable from other machines.',
  },
  {
    key: 'PORT',
    secret: false,
    default: '`4242`',
    description: 'Port to listen on, 0 to 65535. `0` takes a free one.',
  },
  {
    key: 'PUBLIC_URL',
    secret: false,
    default: 'the listener’s own URL',
    description:
      'Where buyers and Stripe reach this server, without a trailing slash. Live mode demands it, and https.',
  },
  {
    key: 'TLS_CERT_FILE',
    secret: false,
    default: 'none',
    description: 'Certificate chain in PEM, to speak https here. Together with `TLS_KEY_FILE`.',
  },
  {
    key: 'TLS_KEY_FILE',
    secret: false,
    default: 'none',
    description: 'Private key in PEM. Together with `TLS_CERT_FILE`.',
  },
  {
    key: 'TRUSTED_PROXY',
    secret: false,
    default: 'none',
    description:
      'Addresses or networks (`10.0.0.7`, `10.0.0.0/8`, `loopback`, separated by commas) of the proxy that speaks https for this server. Requests from elsewhere are refused, except health checks.',
  },
  {
    key: 'LOG_LEVEL',
    secret: false,
    default: '`info`',
    description: '`debug`, `info`, `warn`, `error` or `silent`. Logs go to standard error.',
  },
  {
    key: 'LOG_FORMAT',
    secret: false,
    default: '`json`, in a terminal `pretty`',
    description: '`json` or `pretty`.',
  },
  {
    key: 'QUITTANCE_CONFIG',
    secret: false,
    default: '`quittance.config.mjs`, `.js` or `.json`, where there is one',
    description: 'Path of the configuration file. `--config` outranks it.',
  },
] as const satisfies readonly KeyRow[]

/** Keys of the configuration file's default export. */
export const FILE_KEYS = [
  {
    key: 'catalogue',
    secret: false,
    default: '`{}`',
    description:
      'What is sold: item id → `{ price }` or `{ lookupKey }`, with `quantity`, `allow`, `features`, `policies`, `formerPrices`, `define` and `session`; sold once also `accessDays`. A plan has `kind: "plan"` and `interval`, and may have `intervalCount`, `trialDays`, `trialEnd` and `group`. Checked against Stripe at start.',
  },
  {
    key: 'billing',
    secret: false,
    default: '`{}`',
    description:
      '`policies` (what refunds, disputes and late payments do to access), `groups` (group → `{ second, trials }`) and `portalConfiguration` (`bpc_…`).',
  },
  {
    key: 'on',
    secret: false,
    default: 'none',
    description:
      'Handlers of [events](domain-events.md) such as `order.fulfilled` and `access.granted`. They run in the transaction of the event.',
  },
  {
    key: 'onStripe',
    secret: false,
    default: 'none',
    description: 'Handlers of Stripe events by type.',
  },
  {
    key: 'identify',
    secret: false,
    default: 'none',
    description: 'Function from the request to your signed-in user, `{ userId, email? }`, or null.',
  },
  {
    key: 'checkout',
    secret: false,
    default: '`{}`',
    description: '`timeoutMs`, `successWaitMs`, `sessionSeconds`.',
  },
  {
    key: 'processor',
    secret: false,
    default: '`{}`',
    description:
      '`mode`, `workers`, `leaseMs`, `pollMs`, `laneEventsMax`, `handlerTimeoutMs`, `attemptsMax`, `backoffBaseMs`, `backoffCapMs`, `inlineBudgetMs`, `drainMs`.',
  },
  {
    key: 'limits',
    secret: false,
    default: '`{}`',
    description:
      '`bodyBytesMax`, `requestBytesMax`, `toleranceSeconds`, `groupCommitMs`, `groupCommitMax`, `questionsPerMinute`.',
  },
  {
    key: 'tls',
    secret: false,
    default: 'none',
    description: '`{ certFile, keyFile }`; the environment outranks it.',
  },
  {
    key: 'trustedProxy',
    secret: false,
    default: 'none',
    description: 'List of addresses or networks; the environment outranks it.',
  },
] as const satisfies readonly KeyRow[]

/** The page docs/reference/config.md, so that page and table cannot part. */
export function renderReference(): string {
  const table = (rows: readonly KeyRow[]) => [
    '| key | default | meaning |',
    '|---|---|---|',
    ...rows.map(
      (row) =>
        `| \`${row.key}\`${row.secret ? ' (secret)' : ''} | ${row.default} | ${row.description} |`,
    ),
  ]
  return [
    '# Configuration',
    '',
    'The `quittance` server reads environment variables and one optional file. All problems are reported at once,',
    'each with its key, what was found there and the cure; the value of a secret is never printed.',
    '',
    '## Environment',
    '',
    ...table(ENVIRONMENT_KEYS),
    '',
    'A variable that is set but empty is a problem, not an absence: an empty secret proves nothing.',
    '',
    '## Live mode',
    '',
    'With an `sk_live_…` or `rk_live_…` key the server starts only if `PUBLIC_URL` is set and https, `STRIPE_API_BASE` is',
    'Stripe itself, and the listener speaks https (`TLS_CERT_FILE`, `TLS_KEY_FILE`) or stands behind a proxy named in',
    '`TRUSTED_PROXY`.',
    '',
    '## File',
    '',
    'The default export of `quittance.config.mjs` (or `.js`, or a JSON object in `.json`).',
    '',
    ...table(FILE_KEYS),
    '',
    '```js',
    '// quittance.config.mjs',
    'export default {',
    '  catalogue: {',
    "    poster: { lookupKey: 'poster_2026', quantity: { max: 5 } },",
    "    pro: { kind: 'plan', lookupKey: 'pro_monthly', interval: 'month', features: ['export'] },",
    '  },',
    '  on: {',
    "    'order.fulfilled': async ({ order, tx }) => {",
    "      await tx.query('insert into shipments (order_id) values ($1)', [order.id])",
    '    },',
    '  },',
    '}',
    '```',
    '',
  ].join('\n')
}

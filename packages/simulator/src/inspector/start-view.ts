/** How to reach the simulator, and what to pay with. */
import { type Html, html } from '../hosted/html.ts'
import { type TestEntry, testAccounts, testCards, testIbans } from '../hosted/test-data.ts'
import { copyButton } from './parts.ts'

export interface Address {
  readonly url: string
  readonly port: number
  readonly socketPath: string | undefined
}

const apiKey = 'sk_test_simulator'

export function startView({ url, port, socketPath }: Address): Html {
  const sdk = `new Stripe('${apiKey}', {\n  host: '127.0.0.1', port: ${port},\n  protocol: 'http',\n})`
  const cli = `stripe trigger checkout.session.completed \\\n  --api-base ${url} \\\n  --api-key ${apiKey}`
  return html`<div class="head"><h1>Connect your code</h1></div>
<p class="lead">API, hosted pages and signed webhooks, kept in memory on this machine: no account, no internet. Each key that begins <code>sk_test_</code> is an account of its own; its first request makes it.</p>
<div class="columns"><div>
<section class="group" aria-labelledby="sdk"><h2 id="sdk">Point the SDK at it</h2>${snippet(sdk, 'the SDK’s options')}</section>
<section class="group" aria-labelledby="cli"><h2 id="cli">Point the Stripe CLI at it</h2>${snippet(cli, 'the CLI’s command')}
${
  socketPath !== undefined &&
  html`<p class="note">Or without <code>--api-base</code>, through its socket:</p>
${snippet(`export STRIPE_CLI_UNIX_SOCKET=${shellWord(socketPath)}`, 'the socket’s variable')}`
}</section></div>
<section class="group" aria-labelledby="numbers"><h2 id="numbers">Pay with</h2>${numbers(testCards)}
<p class="note">Any later date, any code.</p>
<details data-key="ibans"><summary>SEPA Direct Debit, in euro</summary>${numbers(testIbans)}</details>
<details data-key="accounts"><summary>US bank account, in dollars</summary>${numbers(testAccounts)}</details></section></div>`
}

/** As a POSIX shell reads it back, whatever the path holds. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function snippet(code: string, name: string): Html {
  return html`<div class="snippet"><pre tabindex="0" role="region" aria-label="Code"><code>${code}</code></pre>${copyButton(code, name)}</div>`
}

function numbers(entries: readonly TestEntry[]): Html {
  return html`<ul class="numbers">${entries.map(
    ({ shown, does }) =>
      html`<li><code>${shown}</code><span>${does}</span>${copyButton(shown, shown)}</li>`,
  )}</ul>`
}

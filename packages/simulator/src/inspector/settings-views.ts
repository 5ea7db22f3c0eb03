/** Forms for what an account does by itself, and for what may go wrong in it. */
import { type Html, html, trusted } from '../hosted/html.ts'
import type { BillingRules } from '../rules.ts'
import { act, button, choice, field, pill } from './parts.ts'
import { endpointsSeen } from './read-endpoints.ts'
import { chaosSeen } from './read-settings.ts'
import type { View } from './view.ts'

export function billingView({ account }: View): Html {
  const { rules } = account
  const count = (name: keyof BillingRules, label: string, hint: string) =>
    field({
      name: `${name}:number`,
      label,
      type: 'number',
      value: Number(rules[name]),
      hint,
      more: 'required min="0" step="any"',
    })
  const limit = (name: 'testClockCustomersMax' | 'testClockIntervalsMax', label: string) =>
    field({
      name: `${name}:limit`,
      label,
      type: 'number',
      value: Number.isFinite(rules[name]) ? rules[name] : '',
      hint: 'Empty for no limit.',
      more: 'min="0" step="any"',
    })
  return html`<p class="note">What Stripe keeps in its Dashboard’s billing settings.</p>${act({
    path: 'billing',
    account: account.id,
    done: 'Billing rules saved',
    className: 'act sheet',
    content: html`<fieldset><legend>When a payment fails</legend>
${field({ name: 'retryDays:numbers', label: 'Days between retries', value: rules.retryDays.join(', '), hint: 'One number for each retry; empty for none.' })}
${choice('afterRetries', 'When the last retry failed, the subscription', rules.afterRetries, [
  ['cancel', 'is canceled'],
  ['unpaid', 'becomes unpaid'],
  ['past_due', 'stays past due'],
  ['pause', 'is paused'],
])}
${choice('invoiceAfterRetries', 'and its invoice', rules.invoiceAfterRetries, [
  ['open', 'stays open'],
  ['uncollectible', 'becomes uncollectible'],
])}
${count('incompleteSeconds', 'Seconds to pay a first invoice', 'Then its subscription expires.')}</fieldset>
<fieldset><legend>Timing</legend>
${count('finalizeAfterSeconds', 'Seconds a renewal stays a draft', '3600 at Stripe.')}
${count('upcomingDays', 'Days before a renewal', 'at which invoice.upcoming tells of it.')}
${count('trialWillEndDays', 'Days before a trial’s end', 'at which customer.subscription.trial_will_end tells of it.')}</fieldset>
<fieldset><legend>Limits of test clocks</legend>${limit('testClockCustomersMax', 'Customers of one clock')}${limit('testClockIntervalsMax', 'Intervals in one move')}</fieldset>
<div class="sheet-foot">${button('Save', 'main')}</div>`,
  })}`
}

const risks = [
  ['duplicate', 'Duplicate', 'The same delivery comes twice.'],
  ['twin', 'Twin', 'Two events, each with its own id, tell of one fact.'],
  ['drop', 'Drop', 'An attempt vanishes on the way, and is retried.'],
  ['errorBefore', 'Fail before', 'An attempt fails and the endpoint never sees it.'],
  ['errorAfter', 'Fail after', 'The endpoint sees it, and its answer is lost.'],
] as const

export function chaosView({ account }: View): Html {
  const { isOn, deliveries, api } = chaosSeen(account)
  const whole = (name: string, label: string, value: number, hint: string) =>
    field({
      name: `${name}:number`,
      label,
      type: 'number',
      value,
      hint,
      more: 'min="0" step="1" required',
    })
  const [least, most] = deliveries?.delayMs ?? [0, 0]
  return html`<div class="tools">${isOn ? pill('bad', 'Chaos is on') : pill('good', 'Nothing goes wrong')}
${isOn && act({ path: 'chaos', account: account.id, done: 'Chaos is off', content: button('Turn chaos off', 'danger') })}</div>
${act({
  path: 'chaos',
  account: account.id,
  done: 'Chaos set',
  className: 'act sheet',
  content: html`<fieldset><legend>Deliveries</legend>${risks.map(([name, label, hint]) => slider(name, label, hint, deliveries?.[name] ?? 0))}</fieldset>
<fieldset><legend>Time and order</legend>
${delay(least, most)}
${whole('reorderWindow', 'Reorder window (events)', deliveries?.reorderWindow ?? 0, 'Events up to this far apart may change places.')}
${field({ name: 'only.events:texts', label: 'Only these events', value: deliveries?.only?.events?.join(' ') ?? '', hint: 'Such as invoice.*; empty for all.', more: 'placeholder="invoice.*"' })}
${choice('only.endpoint', 'Only this endpoint', deliveries?.only?.endpoint ?? '', [['', 'all'], ...endpointsSeen(account).map(({ id, url }) => [id, url] as const)])}
${field({ name: 'seed', label: 'Seed', value: String(deliveries?.seed ?? 1), hint: 'The same seed makes the same things go wrong.', more: 'required' })}</fieldset>
<fieldset><legend>API requests</legend>
${whole('api.failNext', 'Fail the next', api.failNext, 'So many requests fail before they are executed.')}
${whole('api.status', 'with status', api.status, '500, 429, …')}
${whole('api.dropResponse', 'Lose the answers of the next', api.dropResponse, 'They are executed, then the connection is cut.')}
${whole('api.latencyMs', 'Wait before each (ms)', api.latencyMs, 'Every request, until it is turned off.')}</fieldset>
<div class="sheet-foot">${button(isOn ? 'Change' : 'Turn chaos on', 'main')}</div>`,
})}`
}

function slider(name: string, label: string, hint: string, value: number): Html {
  const percent = Math.round(value * 100)
  return html`<div class="field slide"><label for="chaos-${name}">${label}</label><output for="chaos-${name}">${percent} %</output><input id="chaos-${name}" type="range" name="${name}:percent" min="0" max="100" step="1" value="${percent}" aria-describedby="chaos-${name}-hint"${trusted(' data-unit="%"')}><p class="hint" id="chaos-${name}-hint">${hint}</p></div>`
}

function delay(least: number, most: number): Html {
  const bound = (label: string, value: number) =>
    field({
      name: 'delayMs:numbers',
      label,
      type: 'number',
      value,
      more: 'min="0" step="1" required',
    })
  return html`<div class="pair">${bound('Delay from (ms)', least)}${bound('to (ms)', most)}</div>`
}

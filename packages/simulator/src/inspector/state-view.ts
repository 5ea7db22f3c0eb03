/** What an account holds, and how to keep it, bring it back and forget it. */
import { type Html, html } from '../hosted/html.ts'
import { act, actionOf, button, empty, moment } from './parts.ts'
import { hrefOf } from './place.ts'
import { faultsSeen, objectsSeen } from './read-accounts.ts'
import type { View } from './view.ts'

export function stateView(view: View): Html {
  return html`${objects(view)}${faults(view)}${view.account.platform ? connected(view) : keeping(view)}`
}

function objects({ account }: View): Html {
  const counts = Object.entries(objectsSeen(account))
  return html`<section class="group" aria-labelledby="objects"><h2 id="objects">Objects</h2>${
    counts.length > 0
      ? html`<dl class="counts">${counts.map(([kind, count]) => html`<div data-key="${kind}"><dt>${kind}</dt><dd>${count}</dd></div>`)}</dl>`
      : empty('None yet.')
  }</section>`
}

function faults({ account }: View): Html | false {
  const seen = faultsSeen(account)
  if (seen.length === 0) return false
  return html`<section class="group" aria-labelledby="faults"><h2 id="faults">Faults</h2><p class="note">These threw, and changed nothing; time went on without them. Each is a defect, of the simulator or of a listener.</p>
<dl class="counts">${seen.map(({ work, error, at }) => html`<div><dt>${work} ${moment(at)}</dt><dd>${error}</dd></div>`)}</dl></section>`
}

function connected({ account, place }: View): Html {
  const { platform } = account
  return html`<section class="group"><h2>Snapshot and reset</h2><p class="note">A connected account is kept and reset with <a href="${hrefOf({ ...place, account: platform?.id ?? '' })}">its platform</a>.</p></section>`
}

function keeping({ account }: View): Html {
  const scopes = [
    [account.id, 'this account'],
    ['', 'all accounts'],
  ] as const
  return html`<section class="group" aria-labelledby="snapshots"><h2 id="snapshots">Snapshot</h2>
<p class="note">Everything there is as one file, keys and secrets with it: objects, clock, waiting webhooks, ids to come.</p>
<div class="actions">${scopes.map(([id, name]) => html`<form class="act" method="post" action="${actionOf('snapshot', id)}">${button(`Download ${name}`)}</form>`)}</div>
<form class="act row-form needs-js" method="post" data-restore data-done="Snapshot restored" action="${actionOf('restore', account.id)}"><div class="field"><label for="snapshot-file">Snapshot file</label><input id="snapshot-file" type="file" accept="application/json,.json" required></div>
<div class="field"><label for="restore-scope">Restore</label><select id="restore-scope" data-action>${scopes.map(([id, name]) => html`<option value="${actionOf('restore', id)}">${name}</option>`)}</select></div>${button('Restore')}</form>
<noscript><p class="note">Restoring a file needs JavaScript, or <code>POST /_sim/restore</code>.</p></noscript></section>
<section class="group" aria-labelledby="resetting"><h2 id="resetting">Reset</h2><div class="actions">${scopes.map(
    ([id, name]) =>
      html`<details data-key="reset-${id}"><summary class="button danger">Reset ${name}…</summary><div class="confirm"><p>This forgets every object, event, delivery and endpoint of ${name}, and sets the clock back. It cannot be undone without a snapshot.</p>${act({ path: 'reset', account: id, done: `Reset ${name}`, content: button(`Yes, reset ${name}`, 'danger') })}</div></details>`,
  )}</div></section>`
}

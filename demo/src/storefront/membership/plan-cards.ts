// Owns the offer: the two plans, the sign-in by a made-up name, and what both say of themselves.
import { html, raw } from 'hono/html'
import { priceText } from '../../goods.ts'
import { FEATURES, PLANS, type Plan } from '../../plans.ts'
import type { Html } from '../layout.ts'
import { ROOM_ART } from './art.ts'

/** Where a plan's button leads: to the payment page, or first to the sign-in. */
type Way = 'buy' | 'sign_in'

export function planCards(way: Way, isReturning = false): Html {
  const offered = isReturning ? PLANS.map(withoutTrial) : PLANS
  return html`<div class="plans">${offered.map((plan) => planCard(plan, way))}</div>
${way === 'buy' ? html`<noscript><p class="notice error" role="alert">Signing up needs JavaScript in this shop.</p></noscript>` : html``}`
}

/** The engine offers each buyer one trial, and this page promises no more. */
const withoutTrial = (plan: Plan): Plan =>
  plan.trialDays === null ? plan : { ...plan, trialDays: null, line: 'Leave whenever you like.' }

function planCard(plan: Plan, way: Way): Html {
  const trial = plan.trialDays === null ? '' : `${plan.trialDays} days free`
  return html`<article class="plan" id="${plan.itemId}">
<h3>${plan.title}${trial === '' ? html`` : html` <span class="badge open">${trial}</span>`}</h3>
<p class="price">${priceText(plan.unitAmount, plan.currency)} <small>a ${plan.interval}</small></p>
<p class="line">${plan.line}</p>
<ul class="opens">${plan.features.map((feature) => html`<li>${FEATURES[feature].name}</li>`)}</ul>
${way === 'buy' ? joinForm(plan) : html`<a class="button quiet" href="#sign-in">Sign in to join</a>`}
</article>`
}

/** The shop's own buy form, so that a second click or a lost answer makes no second order. */
function joinForm(plan: Plan): Html {
  return html`<form class="buy" data-item="${plan.itemId}">
<input type="hidden" name="quantity" value="1">
<button type="submit" id="join-${plan.itemId}">${plan.trialDays === null ? 'Join' : 'Begin the free week'}<span class="sr">, ${plan.name}</span></button>
<p class="notice error" role="alert" hidden></p>
</form>`
}

export function signInForm(isRefused: boolean): Html {
  return html`<section class="sign-in" id="sign-in" aria-labelledby="sign-in-title">
<div><h2 id="sign-in-title">Who is there?</h2>
<p>This is a demo’s sign-in: a made-up name, no password, and nothing is proved by it. A real app has its own,
and hands it to the engine’s <code>identify</code>.</p></div>
<form method="post" action="/sign-in">
<label for="visitor">Your name</label>
<div class="row"><input id="visitor" name="name" required maxlength="40" autocomplete="off" placeholder="Ada"${isRefused ? html` aria-invalid="true" aria-describedby="visitor-error"` : html``}>
<button type="submit">Sign in</button></div>
${isRefused ? html`<p class="notice error" id="visitor-error" role="alert">Please give a name: letters first, at most 40 of them.</p>` : html``}
</form></section>`
}

export const roomPicture = (): Html => html`<div class="art">${raw(ROOM_ART.room)}</div>`

// Owns the shop window: the goods, a quantity, a button, and what to type on the payment page.
import { html, raw } from 'hono/html'
import { GOODS, type Good, priceText } from '../goods.ts'
import { MEMBERSHIP_NAME, PLANS } from '../plans.ts'
import { ART } from './art.ts'
import { type Html, page } from './layout.ts'
import { roomPicture } from './membership/plan-cards.ts'

const TEST_CARDS = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 3220', 'asks for 3-D Secure'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has insufficient funds'],
] as const

export function shopPage(simulatorUrl: string): Html {
  const [first, ...others] = GOODS
  return page(
    { title: 'Paper goods', simulatorUrl, here: 'shop', scripts: ['shop.js'] },
    html`
<section class="intro">
<p class="eyebrow">Paper goods and quiet tools</p>
<h1>Things worth writing&nbsp;with.</h1>
<p class="lead">Four things, made slowly, for desks with a window.</p>
</section>
<noscript><p class="notice error" role="alert">Buying needs JavaScript in this shop.</p></noscript>
${first === undefined ? html`` : featured(first)}
<div class="goods">${others.map(card)}</div>
${invitation()}
<aside class="counter" aria-labelledby="counter-title">
<div><h2 id="counter-title">Behind the counter</h2>
<p>Pay with a test card, any later date, any code. What the simulator sent can be
<a href="${simulatorUrl}/">read there</a>; what became of it, with <code>npx quittance events list</code>.</p></div>
<dl>${TEST_CARDS.map(
      ([number, does]) => html`<div><dt><code>${number}</code></dt><dd>${does}</dd></div>`,
    )}</dl>
</aside>`,
  )
}

function featured(good: Good): Html {
  return html`<article class="good featured" id="${good.itemId}">
<div class="art">${raw(ART[good.itemId] ?? '')}</div>
<div class="about"><h2>${good.name}</h2><p class="line">${good.line}</p><p class="details">${good.details}</p>
${buyForm(good)}</div></article>`
}

function card(good: Good): Html {
  return html`<article class="good" id="${good.itemId}">
<div class="art">${raw(ART[good.itemId] ?? '')}</div>
<div class="about"><h2>${good.name}</h2><p class="line">${good.line}</p><p class="details">${good.details}</p>
${buyForm(good)}</div></article>`
}

function buyForm(good: Good): Html {
  const quantityId = `quantity-${good.itemId}`
  return html`<form class="buy" data-item="${good.itemId}">
<p class="price">${priceText(good.unitAmount, good.currency)}</p>
<label class="sr" for="${quantityId}">Quantity of ${good.name}</label>
<select id="${quantityId}" name="quantity">${Array.from(
    { length: good.quantityMax },
    (_, index) => html`<option value="${index + 1}">${index + 1}</option>`,
  )}</select>
<button type="submit">Buy<span class="sr"> ${good.name}</span></button>
<p class="notice error" role="alert" hidden></p>
</form>`
}

function invitation(): Html {
  const [plan] = PLANS
  const terms =
    plan === undefined
      ? ''
      : `${priceText(plan.unitAmount, plan.currency)} a ${plan.interval}, and the first week is free.`
  return html`<section class="invite" aria-labelledby="invite-title">${roomPicture()}
<div class="about"><h2 id="invite-title">${MEMBERSHIP_NAME}</h2><p>A chair, a lamp, and three pieces a week. ${terms}</p>
<a class="button" href="/membership">See the membership</a></div></section>`
}

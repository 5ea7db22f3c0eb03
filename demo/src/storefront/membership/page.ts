// Owns the page of a membership: for strangers the offer, for members how things stand.
import { createHash } from 'node:crypto'
import type { FeatureAccess, Subscription } from '@quittance/engine'
import { html, raw } from 'hono/html'
import { FEATURES, type Feature, MEMBERSHIP_NAME } from '../../plans.ts'
import { dateText, type Html, page, textOf } from '../layout.ts'
import { ROOM_ART } from './art.ts'
import { counterPanel } from './counter-panel.ts'
import { historyTable, invoiceList } from './ledger.ts'
import { planCards, roomPicture, signInForm } from './plan-cards.ts'
import type { MembershipStory } from './story.ts'
import { isLive, planOfSubscription, priceOf, REASONS, type Standing, standingOf } from './words.ts'

const SCRIPTS = ['shop.js', 'membership.js', 'live.js'] as const

/** For those whom nobody knows yet. */
export function offerPage(simulatorUrl: string, isRefused = false): Html {
  return page(
    { title: MEMBERSHIP_NAME, simulatorUrl, here: 'membership' },
    html`<section class="offer">${roomPicture()}
<div class="about"><p class="eyebrow">Membership</p><h1>${MEMBERSHIP_NAME}</h1>
<p class="lead">A warm chair, a good lamp, and three pieces a week that are worth the quiet.</p></div></section>
${planCards('sign_in')}${signInForm(isRefused)}`,
  )
}

export function membershipPage(story: MembershipStory, simulatorUrl: string): Html {
  return page(
    { title: MEMBERSHIP_NAME, simulatorUrl, here: 'membership', scripts: SCRIPTS },
    html`<div data-live="/membership/progress"><p class="sr" role="status" data-said></p>
${membershipProgress(story, simulatorUrl)}</div>`,
  )
}

/** What is inside the live part; answered alone when the page asks again. It is never final. */
export function membershipProgress(story: MembershipStory, simulatorUrl: string): Html {
  const inside = insideOf(story, simulatorUrl)
  // Whatever changes shows the page anew: a payment attempt alters no status.
  const version = createHash('sha256').update(textOf(inside)).digest('hex').slice(0, 16)
  const status = story.subscription?.status ?? 'none'
  return html`<div class="progress" data-status="${status}" data-version="${version}" data-final="false">${inside}</div>`
}

function insideOf(story: MembershipStory, simulatorUrl: string): Html {
  const { member, subscription, invoices, history } = story
  const standing = standingOf(subscription, member.name)
  const live = subscription !== null && isLive(subscription) ? subscription : null
  return html`<section class="sheet membership ${standing.tone}">
<div class="known"><p class="eyebrow">${MEMBERSHIP_NAME}</p>
<form method="post" action="/sign-out"><span>Signed in as ${member.name}</span><button class="link">Sign out</button></form></div>
<h1>${standing.title}</h1><p class="lead">${standing.text}</p>
${
  live === null
    ? planCards('buy', story.isReturning)
    : html`<div class="columns"><div>${doors(story.access)}${actions(live)}</div>${card(live, standing, story)}</div>`
}</section>
${subscription === null ? html`` : html`${invoiceList(invoices)}${historyTable(history)}`}
${counterPanel(story, simulatorUrl)}`
}

const isKnown = (feature: string): feature is Feature => Object.hasOwn(FEATURES, feature)

/** As the shop names them; what it does not name comes last. */
function ordered(access: readonly FeatureAccess[]): readonly FeatureAccess[] {
  const names = Object.keys(FEATURES)
  const place = ({ feature }: FeatureAccess) => names.indexOf(feature) + 1 || names.length + 1
  return [...access].sort((a, b) => place(a) - place(b))
}

function doors(access: readonly FeatureAccess[]): Html {
  return html`<h2 class="part">What is open to you</h2>
<ul class="doors">${ordered(access).map(doorRow)}</ul>`
}

function doorRow({ feature, granted, until, reason, because }: FeatureAccess): Html {
  const words = isKnown(feature) ? FEATURES[feature] : { name: feature, line: '' }
  return html`<li class="${granted ? 'open' : 'shut'}" data-feature="${feature}"><span class="dot" aria-hidden="true"></span>
<div><p class="door-name">${words.name} <span class="badge ${granted ? 'open' : 'shut'}">${granted ? 'Open' : 'Closed'}</span></p>
<p class="door-text">${REASONS[reason](until)} <code>${because}</code></p></div></li>`
}

function actions({ status }: Subscription): Html {
  const isOwing = status === 'past_due' || status === 'unpaid'
  return html`<p class="actions"><a class="button${isOwing ? ' quiet' : ''}" href="/reading-room" id="to-room">To the reading room</a>
<button class="${isOwing ? '' : 'quiet'}" type="button" data-portal id="to-portal">Manage billing</button></p>
<p class="notice error" role="alert" data-portal-notice hidden></p>
<noscript><p class="notice error" role="alert">Managing the billing needs JavaScript in this shop.</p></noscript>`
}

/** The member's card. */
function card(subscription: Subscription, standing: Standing, { member }: MembershipStory): Html {
  const plan = planOfSubscription(subscription)
  const { cancelAt, periodStart, periodEnd, startedAt, trialEnd, status } = subscription
  const row = (name: string, at: Date | null) =>
    at === null ? html`` : html`<div><dt>${name}</dt><dd>${dateText(at)}</dd></div>`
  return html`<div class="receipt pass"><div class="art">${raw(plan?.interval === 'year' ? ROOM_ART.archive : ROOM_ART.room)}</div>
<dl><div class="holder"><dt>Member</dt><dd>${member.name}</dd></div>
<div><dt>Status</dt><dd><span class="badge ${standing.tone}">${standing.badge}</span></dd></div>
<div><dt>Plan</dt><dd>${plan === undefined ? 'Of another time' : priceOf(plan)}</dd></div>
${row('Since', startedAt)}${status === 'trialing' ? row('Free until', trialEnd) : row('This period from', periodStart)}
${cancelAt === null ? row(status === 'trialing' ? 'First payment' : 'Renews on', periodEnd) : row('Ends on', cancelAt)}</dl>
<p class="hint"><code>${subscription.id}</code></p></div>`
}

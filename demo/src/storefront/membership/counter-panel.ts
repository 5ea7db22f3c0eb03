// Owns the panel behind the counter: which scenes can be played with a membership, and the cards for it.
import type { Subscription } from '@quittance/engine'
import { html } from 'hono/html'
import type { Play } from '../../counter.ts'
import { dateText, type Html } from '../layout.ts'
import type { MembershipStory } from './story.ts'
import { isLive } from './words.ts'

interface Scene {
  readonly play: Play
  readonly label: string
  readonly tells: string
}

const RENEW: Scene = {
  play: 'renew',
  label: 'Let the next renewal come',
  tells: 'Time runs to the end of the period, and the card is charged.',
}
const END: Scene = {
  play: 'renew',
  label: 'Let the last day come',
  tells: 'Time runs to the end of the period, and nothing is charged any more.',
}
const FAIL: Scene = {
  play: 'fail',
  label: 'Let the next renewal fail',
  tells: 'The same, with a card that declines when it is charged.',
}
const WEEK: Scene = {
  play: 'week',
  label: 'Let eight days pass',
  tells: 'One more than the days of grace after a failed renewal.',
}
const RECOVER: Scene = {
  play: 'recover',
  label: 'Pay with a good card',
  tells: 'A good card takes its place, and the open invoice is paid.',
}

/** What may be played now; nothing without a live membership. */
export function scenesFor(subscription: Subscription | null): readonly Scene[] {
  if (subscription === null || !isLive(subscription)) return []
  const isOwing = subscription.status === 'past_due' || subscription.status === 'unpaid'
  if (isOwing) return [RECOVER, WEEK]
  return subscription.cancelAt === null ? [RENEW, FAIL, WEEK] : [END, WEEK]
}

export const todayText = ({ today, daysAhead }: MembershipStory): string =>
  daysAhead === 0
    ? `Today is ${dateText(today)}`
    : `In this shop it is ${dateText(today)}, ${daysAhead} ${daysAhead === 1 ? 'day' : 'days'} ahead of your clock`

export function counterPanel(story: MembershipStory, simulatorUrl: string): Html {
  const scenes = scenesFor(story.subscription)
  return html`<aside class="counter" aria-labelledby="counter-title">
<div><h2 id="counter-title">Behind the counter</h2>
<p>${todayText(story)}. The <a href="${simulatorUrl}/">simulator</a> can let time pass; what falls due on the way
happens, and comes here as webhooks. What became of it, in a terminal:</p>
<p><code>npx quittance access ${story.member.identity.userId}</code></p></div>
${scenes.length === 0 ? cards() : html`<form class="scenes" method="post" action="/membership/play">${scenes.map(sceneRow)}</form>`}
</aside>`
}

function sceneRow({ play, label, tells }: Scene): Html {
  return html`<div class="scene"><button class="quiet" id="play-${play}" name="play" value="${play}" aria-describedby="tells-${play}">${label}</button>
<p id="tells-${play}">${tells}</p></div>`
}

const CARDS = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0341', 'can be kept, and fails when it is charged'],
  ['4000 0000 0000 0002', 'is declined at once'],
] as const

const cards = (): Html =>
  html`<dl>${CARDS.map(([number, does]) => html`<div><dt><code>${number}</code></dt><dd>${does}</dd></div>`)}</dl>`

// Owns how an order's states are shown: four steps, what is reached, and how it may end instead.
import type { HistoryRow, Order, ShownOrderStatus } from '@quittance/engine'
import { html } from 'hono/html'
import { type Html, timeText } from './layout.ts'

interface Step {
  readonly status: 'pending' | 'confirmed' | 'awaiting_payment' | 'fulfilled'
  readonly title: string
  readonly waiting: string
  readonly reached: string
  /** For a step that this order never needed. */
  readonly skipped: string
}

const STEPS: readonly Step[] = [
  {
    status: 'pending',
    title: 'Order placed',
    waiting: '',
    reached: 'Its price was fixed on our side.',
    skipped: '',
  },
  {
    status: 'confirmed',
    title: 'Back from the payment page',
    waiting: 'We are waiting for you to come back.',
    reached: 'We asked Stripe at once what became of the payment.',
    skipped: 'Stripe’s word was here before you were.',
  },
  {
    status: 'awaiting_payment',
    title: 'Waiting for the money',
    waiting: 'Stripe has yet to tell us.',
    reached: 'A bank debit takes a while to settle.',
    skipped: 'Not needed: this was paid at once.',
  },
  {
    status: 'fulfilled',
    title: 'Paid and fulfilled',
    waiting: 'This page will show it by itself.',
    reached: 'Stripe’s own word, checked against the order. It happens exactly once.',
    skipped: '',
  },
]

/** Where a sign-up reads differently: a trial is not paid, and nothing is placed. */
const SIGN_UP: Readonly<Partial<Record<Step['status'], Partial<Step>>>> = {
  pending: { title: 'Sign-up begun' },
  awaiting_payment: { skipped: 'Not needed: nothing had to settle.' },
  fulfilled: { title: 'Signed up' },
}

const stepsFor = (order: Order | null): readonly Step[] =>
  order?.kind === 'subscription'
    ? STEPS.map((step) => ({ ...step, ...SIGN_UP[step.status] }))
    : STEPS

interface Ending {
  readonly title: string
  readonly text: string
}

/** What a page shows: an order's status, or that the simulator no longer knows its payment page. */
export type PageStatus = ShownOrderStatus | 'gone'

type EndingStatus = 'expired' | 'canceled' | 'payment_failed' | 'failed' | 'gone'

const ENDINGS: Readonly<Record<EndingStatus, Ending>> = {
  expired: {
    title: 'Expired',
    text: 'The payment page was left open too long. Nothing was charged.',
  },
  canceled: { title: 'Canceled', text: 'This order was called off. Nothing was charged.' },
  payment_failed: {
    title: 'Payment failed',
    text: 'The bank sent the debit back. Nothing was paid.',
  },
  failed: {
    title: 'Held up on our side',
    text: 'Your payment is safe. We have to look at this order by hand.',
  },
  gone: {
    title: 'Payment page gone',
    text: 'The simulator started again and no longer knows it.',
  },
}

/** Whether a page that shows this status has nothing more to wait for. */
export function isFinal(status: PageStatus): boolean {
  // Word of the payment may have arrived before the restart and still be worked on.
  return status !== 'gone' && (status === 'fulfilled' || status in ENDINGS)
}

export const statusLabel = (status: PageStatus): string => status.replaceAll('_', ' ')

type StepState = 'done' | 'now' | 'next' | 'skipped' | 'ended'

interface ShownStep {
  readonly state: StepState
  /** Null for what is no status of the order's own. */
  readonly status: string | null
  readonly title: string
  readonly text: string
  readonly at: Date | null
}

function stepsOf(
  status: PageStatus,
  order: Order | null,
  history: readonly HistoryRow[],
): readonly ShownStep[] {
  const ending = status in ENDINGS ? ENDINGS[status as keyof typeof ENDINGS] : undefined
  const reachedAt = (step: Step): Date | null => {
    if (step.status === 'pending') return order?.createdAt ?? null
    return history.find((row) => row.to === step.status && row.from !== row.to)?.at ?? null
  }
  const current = STEPS.findIndex((step) => step.status === status)
  const furthest = ending === undefined ? current : STEPS.findLastIndex((step) => reachedAt(step))
  const shown = stepsFor(order)
    .slice(0, ending === undefined ? STEPS.length : furthest + 1)
    .map((step, index): ShownStep => {
      const at = reachedAt(step)
      const state = stateOf(index, furthest, at !== null || order === null, step, ending)
      const text =
        state === 'next' ? step.waiting : state === 'skipped' ? step.skipped : step.reached
      return { state, status: step.status, title: step.title, text, at }
    })
  if (ending === undefined) return shown
  const at = history.findLast((row) => row.to === status)?.at ?? null
  return [...shown, { state: 'ended', status: status === 'gone' ? null : status, ...ending, at }]
}

function stateOf(
  index: number,
  furthest: number,
  isReached: boolean,
  step: Step,
  ending: Ending | undefined,
): StepState {
  if (index > furthest) return 'next'
  if (index === furthest && ending === undefined && step.status !== 'fulfilled') return 'now'
  return isReached || index === furthest ? 'done' : 'skipped'
}

const statusChip = (status: string | null): Html =>
  status === null ? html`` : html` <code>${status.replaceAll('_', ' ')}</code>`

/** The fragment that the live page replaces when the status has changed. */
export function timeline(
  status: PageStatus,
  order: Order | null,
  history: readonly HistoryRow[],
): Html {
  const steps = stepsOf(status, order, history)
  return html`<ol class="timeline">${steps.map(
    (step) => html`
<li class="${step.state}"${step.state === 'now' ? html` aria-current="step"` : html``}>
<span class="dot" aria-hidden="true"></span>
<div class="step"><p class="step-title">${step.title}${statusChip(step.status)}</p>
<p class="step-text">${step.text}</p></div>
${step.at === null ? html`` : html`<time datetime="${step.at.toISOString()}">${timeText(step.at)}</time>`}
</li>`,
  )}</ol>`
}

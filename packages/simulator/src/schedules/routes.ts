/** The routes of subscription schedules. */
import type { SubscriptionSchedule } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { timeRange, within } from '../http/common-params.ts'
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, page, type Route } from '../http/route.ts'
import { cancelSubscription } from '../subscriptions/cancel.ts'
import { anchorOf } from '../subscriptions/periods.ts'
import { changeSubscription } from '../subscriptions/save.ts'
import { hasEnded } from '../subscriptions/status.ts'
import { readBillingMode } from '../subscriptions/terms.ts'
import { apply, cancel, release, save, start, waitFor } from './life.ts'
import { readSettings, scheduleObject, settingsOf } from './object.ts'
import { type PhaseEntry, phasesSpec } from './params.ts'
import { type Phase, presentPhase, readPhases } from './phases.ts'

const path = '/v1/subscription_schedules'
const kind = 'subscription_schedule'

type WithPhases<P> = Omit<P, 'phases'> & { readonly phases?: readonly PhaseEntry[] | undefined }
type CreateParams = WithPhases<ParamsOf<'POST /v1/subscription_schedules'>>
type UpdateParams = WithPhases<ParamsOf<'POST /v1/subscription_schedules/:id'>>

function create(tx: Transaction, params: CreateParams): SubscriptionSchedule {
  if (params.from_subscription !== undefined) return fromSubscription(tx, params)
  if (params.customer === undefined) throw missingParam('customer')
  const customer = inParam(tx, 'customer', params.customer, 'customer')
  const own = inTimeOf(tx, customer.id)
  const begins = params.start_date
  if (begins === undefined) throw missingParam('start_date')
  const entries = params.phases ?? []
  if (entries.length === 0) throw missingParam('phases')
  const from = begins === 'now' ? own.now : begins
  if (from < own.now) throw notSimulated('schedules that begin in the past', 'start_date')
  const settings = readSettings(own, customer.id, params.default_settings)
  const mode = readBillingMode(params.billing_mode)
  const made = own.db.put(
    kind,
    scheduleObject(own, {
      mode,
      customer: customer.id,
      phases: readPhases(own, entries, {
        customer: customer.id,
        start: from,
        anchor: { time: from },
        settings,
        mode: mode.type,
        currency: customer.currency,
      }),
      settings,
      endBehavior: endBehavior(params.end_behavior),
      metadata: mergeMetadata({}, params.metadata),
    }),
  )
  if (from <= own.now) return start(own, made, 'created')
  own.emit(`${kind}.created`, made)
  waitFor(own, made)
  return made
}

/** `none` and `renew` are what older clients called it. */
function endBehavior(given: string | undefined): SubscriptionSchedule['end_behavior'] {
  if (given === 'renew') throw notSimulated('schedules that renew', 'end_behavior')
  return given === 'cancel' ? 'cancel' : 'release'
}

function fromSubscription(tx: Transaction, params: CreateParams): SubscriptionSchedule {
  const other = Object.keys(params).find(
    (name) => !['from_subscription', 'billing_mode'].includes(name),
  )
  if (other !== undefined) {
    throw refuse(`You cannot set \`${other}\` when \`from_subscription\` is set.`, { param: other })
  }
  const id = params.from_subscription ?? ''
  const subscription = inParam(tx, 'subscription', id, 'from_subscription')
  if (subscription.schedule !== null) {
    throw refuse(
      'You cannot migrate a subscription that is already attached to a schedule: ' +
        `\`${subscription.schedule}\`.`,
      { param: 'from_subscription' },
    )
  }
  if (hasEnded(subscription)) {
    throw refuse('You cannot migrate a subscription that has ended.', {
      param: 'from_subscription',
    })
  }
  const { billing_mode: mode } = subscription
  if (params.billing_mode !== undefined && params.billing_mode.type !== mode.type) {
    throw notSimulated('a new billing mode with a schedule', 'billing_mode[type]')
  }
  const own = inTimeOf(tx, subscription.customer)
  const phase = presentPhase(subscription)
  const made = scheduleObject(own, {
    mode,
    customer: subscription.customer,
    phases: [phase],
    settings: settingsOf(subscription),
    endBehavior: 'release',
    metadata: {},
  })
  const active = own.db.put(kind, {
    ...made,
    status: 'active',
    subscription: subscription.id,
    current_phase: { start_date: phase.start_date, end_date: phase.end_date },
  })
  own.emit(`${kind}.created`, active)
  changeSubscription(own, subscription, { schedule: active.id })
  waitFor(own, active)
  return active
}

function update(
  tx: Transaction,
  before: SubscriptionSchedule,
  params: UpdateParams,
): SubscriptionSchedule {
  const own = inTimeOf(tx, before.customer)
  const entries = params.phases
  if (entries) requireRunning(before, 'update')
  const settings = readSettings(
    own,
    before.customer,
    params.default_settings,
    before.default_settings,
  )
  const phases = entries ? revisedPhases(own, before, entries, settings) : before.phases
  const currentIn = (all: readonly Phase[]) =>
    all.find(({ start_date }) => start_date === before.current_phase?.start_date)
  const current = currentIn(phases)
  const after = save(own, before, {
    default_settings: settings,
    end_behavior:
      params.end_behavior === undefined ? before.end_behavior : endBehavior(params.end_behavior),
    metadata:
      params.metadata === undefined
        ? before.metadata
        : mergeMetadata(before.metadata ?? {}, params.metadata),
    phases,
    current_phase: current
      ? { start_date: current.start_date, end_date: current.end_date }
      : before.current_phase,
  })
  const subscription = own.db.find('subscription', after.subscription ?? '')
  if (entries && current && subscription) {
    apply(own, after, current, subscription, {
      prorations: params.proration_behavior,
      present: currentIn(before.phases),
    })
  }
  if (entries) waitFor(own, after)
  return after
}

/** Phases that are over stay; the others are those of the request, the current one first. */
function revisedPhases(
  tx: Transaction,
  before: SubscriptionSchedule,
  entries: readonly PhaseEntry[],
  settings: SubscriptionSchedule['default_settings'],
): Phase[] {
  const current = before.current_phase
  const told = entries[0]?.start_date
  const begins =
    current?.start_date ??
    (typeof told === 'number' ? told : undefined) ??
    before.phases[0]?.start_date ??
    tx.now
  if (current && typeof told === 'number' && told !== current.start_date) {
    throw refuse('The first phase must be the current one, with its start date.', {
      param: 'phases[0][start_date]',
    })
  }
  const past = current ? before.phases.filter((phase) => phase.end_date <= current.start_date) : []
  const subscription = tx.db.find('subscription', before.subscription ?? '')
  const customer = tx.db.find('customer', before.customer)
  return [
    ...past,
    ...readPhases(tx, entries, {
      customer: before.customer,
      start: begins,
      anchor: subscription ? anchorOf(subscription) : { time: begins },
      settings,
      mode: before.billing_mode.type,
      currency: subscription?.currency ?? customer?.currency,
      agreed: before.phases,
    }),
  ]
}

function requireRunning({ status }: SubscriptionSchedule, verb: string): void {
  if (status === 'active' || status === 'not_started') return
  throw refuse(
    `You cannot ${verb} a subscription schedule that is currently in the \`${status}\` status. It must be in one of the following statuses: \`not_started\`, \`active\`.`,
  )
}

export const scheduleRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: { phases: phasesSpec(`POST ${path}`) },
    refuses: ['customer_account', 'pause_schedules'],
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  api(
    `GET ${path}`,
    ({ tx, params }) => {
      const rows = tx.db
        .all(kind)
        .filter(
          (row) =>
            (params.customer === undefined || row.customer === params.customer) &&
            (params.scheduled !== true || row.status === 'not_started') &&
            within(row.created, params.created) &&
            (params.canceled_at === undefined ||
              within(row.canceled_at ?? 0, params.canceled_at)) &&
            (params.completed_at === undefined ||
              within(row.completed_at ?? 0, params.completed_at)) &&
            (params.released_at === undefined || within(row.released_at ?? 0, params.released_at)),
        )
      return page(rows, path, params)
    },
    {
      refuses: ['customer_account'],
      fields: {
        canceled_at: timeRange(),
        completed_at: timeRange(),
        created: timeRange(),
        released_at: timeRange(),
      },
    },
  ),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => update(tx, inPath(tx, kind, ids[0]), params), {
    fields: { phases: phasesSpec(`POST ${path}/:id`) },
    refuses: ['pause_schedules'],
  }),
  api(`POST ${path}/:id/cancel`, ({ tx, ids, params }) => {
    const before = inPath(tx, kind, ids[0])
    requireRunning(before, 'cancel')
    const own = inTimeOf(tx, before.customer)
    const subscription = own.db.find('subscription', before.subscription ?? '')
    const canceled = cancel(own, before, { aborted: before.status === 'not_started' })
    if (subscription && !hasEnded(subscription)) {
      cancelSubscription(own, subscription, {
        invoice_now: params.invoice_now ?? true,
        prorate: params.prorate ?? true,
      })
    }
    return canceled
  }),
  api(`POST ${path}/:id/release`, ({ tx, ids, params }) => {
    const before = inPath(tx, kind, ids[0])
    requireRunning(before, 'release')
    const own = inTimeOf(tx, before.customer)
    const subscription = own.db.find('subscription', before.subscription ?? '')
    const released = release(own, before)
    if (subscription && params.preserve_cancel_date !== true && subscription.cancel_at !== null) {
      changeSubscription(own, subscription, {
        cancel_at: null,
        cancel_at_period_end: false,
        canceled_at: null,
      })
    }
    return released
  }),
]

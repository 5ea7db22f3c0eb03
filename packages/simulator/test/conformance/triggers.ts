// Runs triggers of the official CLI, some at a time: each with a key and an endpoint of its own, each judged by what
// arrived and not by the exit code alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Stripe from 'stripe'
import type { ApiAnswer } from '../../src/index.ts'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { stripeShapeViolations } from '../schema/validate.ts'
import { meterReportViolations } from './meter-report-shape.ts'
import { type Delivery, type Receiver, startReceiver } from './receiver.ts'
import { type CliRun, runCli } from './stripe-cli.ts'
import { thinViolations } from './thin-shape.ts'
import { eventOf, isConnected, isThin, type Transport } from './trigger-names.ts'

export interface TriggerResult {
  readonly trigger: string
  readonly transport: Transport
  /** The event that had to arrive. */
  readonly event: string
  readonly exit: number | null
  readonly received: boolean
  /** Every delivery's signature was accepted by the SDK. */
  readonly signed: boolean
  /** Where a delivered event or its object is not of Stripe's shape. */
  readonly violations: readonly string[]
  readonly ms: number
  readonly ok: boolean
  /** For a reader who has to mend it: the first call that failed, or what the CLI said. */
  readonly hint?: string
  /** What the named event carried, for closer looks. */
  readonly payload?: unknown
}

export interface TriggerRun {
  readonly results: readonly TriggerResult[]
  /** Deviations in answers and events, of all simulators that ran. */
  readonly violations: readonly string[]
  readonly checked: number
  readonly ms: number
}

const parallel = 4
/** An event may follow the last call by a moment; one that has not come by then does not come. */
const arrivalMsMax = 4_000
const pollMs = 15
const hintLengthMax = 220

export async function runTriggers(
  transport: Transport,
  names: readonly string[],
): Promise<TriggerRun> {
  const folder = mkdtempSync(join(tmpdir(), 'triggers-'))
  const receiver = await startReceiver()
  const waiting = [...names]
  const started = performance.now()
  try {
    const lanes = Array.from({ length: Math.min(parallel, names.length) }, (_, index) =>
      runLane(index, { transport, folder, receiver, waiting }),
    )
    const done = await Promise.all(lanes)
    return {
      results: done
        .flatMap((lane) => lane.results)
        .sort((a, b) => names.indexOf(a.trigger) - names.indexOf(b.trigger)),
      violations: [...new Set(done.flatMap((lane) => lane.violations))],
      checked: done.reduce((sum, lane) => sum + lane.checked, 0),
      ms: Math.round(performance.now() - started),
    }
  } finally {
    await receiver.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Lane {
  readonly transport: Transport
  readonly folder: string
  readonly receiver: Receiver
  /** Shared by the lanes: each takes the next. */
  readonly waiting: string[]
}

/** A simulator for each lane, because an answer does not say whose it was: here only one trigger can have asked. */
async function runLane(index: number, lane: Lane) {
  const answers: ApiAnswer[] = []
  const simulator = await checkedSimulator({
    seed: `triggers ${index}`,
    socketPath: join(lane.folder, `${index}.sock`),
    onResponse: (answer) => void answers.push(answer),
  })
  const results: TriggerResult[] = []
  try {
    for (let name = lane.waiting.shift(); name; name = lane.waiting.shift()) {
      answers.length = 0
      results.push(await runOne(name, { ...lane, simulator, answers }))
    }
    return { results, violations: simulator.violations(), checked: simulator.checkedCount() }
  } finally {
    // What deviated is in the answer; a second report would hide the table.
    await simulator.close().catch(() => undefined)
  }
}

interface Place extends Lane {
  readonly simulator: CheckedSimulator
  readonly answers: readonly ApiAnswer[]
}

async function runOne(trigger: string, place: Place): Promise<TriggerResult> {
  const { transport, simulator, receiver, folder } = place
  const event = eventOf(trigger)
  const apiKey = `sk_test_${transport}${trigger.replaceAll(/[^a-z0-9]/g, '')}`
  const started = performance.now()
  const row = { trigger, transport, event }
  let inbox: Inbox
  try {
    inbox = await openInbox(event, apiKey, simulator, receiver)
  } catch (error) {
    const hint = short(firstFailure(place.answers) ?? String(error))
    const ms = Math.round(performance.now() - started)
    const none = { exit: null, received: false, signed: false, violations: [], ok: false }
    return { ...row, ...none, ms, hint }
  }
  const target =
    transport === 'tcp' ? { apiBase: simulator.url } : { socketPath: simulator.socketPath ?? '' }
  const run = await runCli(['trigger', trigger], { apiKey, configFolder: folder, ...target })
  const patience = run.code === 0 ? arrivalMsMax : 0
  const giveUp = performance.now() + patience
  // An endpoint that is not done in time is seen by what did not arrive.
  await simulator
    .account(apiKey)
    .drain()
    .catch(() => undefined)
  while (!inbox.has(event) && performance.now() < giveUp) await sleep(pollMs)
  const found = await inbox.judge(event)
  const ok = run.code === 0 && found.received && found.signed && found.violations.length === 0
  const hint = ok || found.violations.length > 0 ? undefined : whyFailed(run, place, inbox)
  return {
    ...row,
    ...found,
    exit: run.code,
    ok,
    ms: Math.round(performance.now() - started),
    ...(hint === undefined ? {} : { hint: short(hint) }),
  }
}

function whyFailed(run: CliRun, { answers }: Place, inbox: Inbox): string {
  const said = run.code === 0 ? `received: ${inbox.types().join(', ')}` : run.output
  return firstFailure(answers) ?? said
}

interface Inbox {
  has(event: string): boolean
  types(): string[]
  judge(event: string): Promise<Verdict>
}

type Verdict = Pick<TriggerResult, 'received' | 'signed' | 'violations' | 'payload'>

async function openInbox(
  event: string,
  apiKey: string,
  simulator: CheckedSimulator,
  receiver: Receiver,
): Promise<Inbox> {
  const path = `/${apiKey}`
  const typesOf = () => receiver.at(path).map(({ body }) => String(parsed(body).type))
  const common = { has: (type: string) => typesOf().includes(type), types: typesOf }
  const url = receiver.url + path
  const stripe = new Stripe(apiKey, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  })
  if (isConnected(event)) {
    const endpoint = await stripe.webhookEndpoints.create({
      connect: true,
      enabled_events: ['*'],
      url,
    })
    const secret = endpoint.secret ?? ''
    return { ...common, judge: async (type) => judgeSnapshots(type, receiver.at(path), secret) }
  }
  if (!isThin(event)) {
    // Some events are told only to an endpoint that names them.
    const enabledEvents = ['*', event]
    const { secret } = simulator.account(apiKey).addWebhookEndpoint({ url, enabledEvents })
    return { ...common, judge: async (type) => judgeSnapshots(type, receiver.at(path), secret) }
  }
  const destination = await stripe.v2.core.eventDestinations.create({
    name: 'Triggers',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: [event],
    webhook_endpoint: { url },
    include: ['webhook_endpoint.signing_secret'],
  })
  const secret = destination.webhook_endpoint?.signing_secret ?? ''
  return { ...common, judge: (type) => judgeThin(type, receiver.at(path), secret, stripe) }
}

function judgeSnapshots(event: string, deliveries: readonly Delivery[], secret: string): Verdict {
  const verified = deliveries.map(({ body, signature }) =>
    attempt(() => Stripe.webhooks.constructEvent(body, signature, secret)),
  )
  const named = deliveries.map(({ body }) => parsed(body)).find(({ type }) => type === event)
  return {
    received: named !== undefined,
    signed: verified.length > 0 && verified.every((found) => found !== undefined),
    violations: deliveries.flatMap(({ body }) => stripeShapeViolations(parsed(body))),
    payload: named?.data,
  }
}

/** A thin event holds no data: what it stands for is fetched, as its receivers do. */
async function judgeThin(
  event: string,
  deliveries: readonly Delivery[],
  secret: string,
  stripe: Stripe,
): Promise<Verdict> {
  const verified = deliveries.map(({ body, signature }) =>
    attempt(() => stripe.parseEventNotification(body, signature, secret)),
  )
  const named = verified.find((notification) => notification?.type === event)
  const violations = deliveries.flatMap(({ body }) => thinViolations(parsed(body)))
  const fetched = await fetchAll(named, violations)
  return {
    received: named !== undefined,
    signed: verified.length > 0 && verified.every((found) => found !== undefined),
    violations,
    payload: fetched,
  }
}

/** The event with its data, and the object that it is about where there is one. */
async function fetchAll(
  notification: Stripe.V2.Core.EventNotification | undefined,
  violations: string[],
): Promise<unknown> {
  try {
    const event = await notification?.fetchEvent()
    if (event?.id !== notification?.id || event?.type !== notification?.type) {
      violations.push(`fetchEvent: is ${event?.type} ${event?.id}`)
    }
    if (event && 'data' in event) violations.push(...meterReportViolations(event.data))
    if (notification?.type === 'v1.billing.meter.error_report_triggered') {
      const meter = await notification.fetchRelatedObject()
      violations.push(...stripeShapeViolations(meter))
    }
    return event
  } catch (error) {
    violations.push(`fetching: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** A declined card can be what the trigger wants, so it is named only when nothing else failed. */
function firstFailure(answers: readonly ApiAnswer[]): string | undefined {
  const failed = answers.filter(({ status }) => status >= 400)
  const worst = failed.find(({ status }) => status !== 402) ?? failed[0]
  if (!worst) return undefined
  const error = parsed(worst.body).error
  const message = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : ''
  return `${worst.method} ${worst.path} ${worst.status} ${String(message)}`
}

function short(text: string): string {
  const line = text
    .replace(/ If you are trying to list objects.*/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > hintLengthMax ? `${line.slice(0, hintLengthMax)}…` : line
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function parsed(body: unknown): Record<string, unknown> {
  const value: unknown = typeof body === 'string' ? attempt(() => JSON.parse(body)) : body
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** `/_sim/…`: what tests do to the simulator over HTTP, in JSON. */
import type { Account } from '../account/account.ts'
import type { Accounts } from '../accounts.ts'
import type { ApiChaos, Chaos } from '../types.ts'

export interface SimRequest {
  readonly method: string
  readonly path: string
  readonly body: string
  /** The account that the Authorization header names; without one, all. */
  readonly only: Account | undefined
}

export interface SimAnswer {
  readonly status: number
  readonly body: unknown
}

const drainTimeoutMs = 30_000

class BadSimRequest extends Error {
  override readonly name = 'BadSimRequest'
}

type Json = Readonly<Record<string, unknown>>
type Handler = (accounts: Accounts, only: Account | undefined, body: Json) => unknown

const handlers: Readonly<Record<string, Handler>> = {
  'POST /_sim/reset': (accounts, only) => accounts.reset(only),
  'POST /_sim/clock': (accounts, only, body) => {
    for (const account of only ? [only] : accounts.all()) account.advance(secondsOf(account, body))
    return { now: (only ?? accounts.all()[0])?.now() ?? null }
  },
  'POST /_sim/chaos': (accounts, only, body) => {
    // The API's trouble alone leaves the chaos of deliveries as it is.
    const apiAlone = body.api !== undefined && body.seed === undefined
    if (!apiAlone) return accounts.setChaos(chaosOf(body), only)
    const api = apiOf(body.api)
    for (const account of only ? [only] : accounts.all()) account.trouble.set(api)
  },
  'POST /_sim/drain': async (accounts, only, body) => {
    const timeoutMs = typeof body.timeoutMs === 'number' ? body.timeoutMs : drainTimeoutMs
    await accounts.drain(timeoutMs, only)
  },
  'GET /_sim/deliveries': (accounts, only) => ({
    deliveries: (only ? [only] : accounts.all()).flatMap((account) => account.deliveries()),
  }),
}

export async function answerSim(accounts: Accounts, request: SimRequest): Promise<SimAnswer> {
  const handler = handlers[`${request.method} ${request.path}`]
  if (!handler) {
    return {
      status: 404,
      body: { error: `Unknown; there is: ${Object.keys(handlers).join(', ')}` },
    }
  }
  try {
    const result = await handler(accounts, request.only, jsonOf(request.body))
    return { status: 200, body: result ?? { ok: true } }
  } catch (error) {
    if (error instanceof BadSimRequest || error instanceof RangeError) {
      return { status: 400, body: { error: error.message } }
    }
    throw error
  }
}

function jsonOf(text: string): Json {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (isJson(value)) return value
  } catch {
    // Falls through to the one refusal for whatever is no JSON object.
  }
  throw new BadSimRequest('The body must be a JSON object.')
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function secondsOf(account: Account, { advance, to }: Json): number {
  if (typeof advance === 'number') return advance
  if (typeof to === 'number') return to - account.now()
  throw new BadSimRequest('Pass {"advance": seconds} or {"to": unix seconds}.')
}

function chaosOf(body: Json): Chaos | null {
  const { seed } = body
  if (seed === undefined) return null
  if (typeof seed !== 'string' && typeof seed !== 'number') {
    throw new BadSimRequest('The chaos seed must be text or a number.')
  }
  const chaos: Chaos = { seed }
  for (const key of ['duplicate', 'drop', 'errorBefore', 'errorAfter'] as const) {
    const value = numberIn(body, key)
    if (value === undefined) continue
    if (value < 0 || value > 1) throw new BadSimRequest(`${key} must be between 0 and 1.`)
    chaos[key] = value
  }
  const window = numberIn(body, 'reorderWindow')
  if (window !== undefined) chaos.reorderWindow = window
  if (body.delayMs !== undefined) chaos.delayMs = boundsOf(body.delayMs)
  if (body.api !== undefined) chaos.api = apiOf(body.api)
  return chaos
}

function numberIn(body: Json, key: string): number | undefined {
  const value = body[key]
  if (value === undefined || typeof value === 'number') return value
  throw new BadSimRequest(`${key} must be a number.`)
}

function boundsOf(value: unknown): [number, number] {
  const [least, most]: unknown[] = Array.isArray(value) ? value : []
  if (typeof least === 'number' && typeof most === 'number' && least <= most) return [least, most]
  throw new BadSimRequest('delayMs must be [min, max].')
}

function apiOf(value: unknown): ApiChaos | null {
  if (value === null) return null
  if (!isJson(value)) throw new BadSimRequest('api must be an object or null.')
  const chaos: ApiChaos = {}
  for (const key of ['failNext', 'status', 'latencyMs', 'dropResponse'] as const) {
    const number = numberIn(value, key)
    if (number !== undefined) chaos[key] = number
  }
  return chaos
}

/** Reads the chaos that a body of `/_sim/chaos` asks for. */
import type { ApiChaos, Chaos, ChaosLimit } from '../types.ts'
import { BadSimRequest, isJson, type Json, numberIn, textIn } from './bodies.ts'

const probabilities = ['duplicate', 'twin', 'drop', 'errorBefore', 'errorAfter'] as const
const reorderWindowMax = 10_000
/** A day of virtual time. */
const delayMsMax = 24 * 60 * 60 * 1000
const apiNumbers = ['failNext', 'status', 'latencyMs', 'dropResponse'] as const
const countMax = 1_000_000
const apiRanges = {
  failNext: [0, countMax],
  /** What succeeds is no failure, and below 200 no answer. */
  status: [400, 599],
  /** Real time, for which every request waits. */
  latencyMs: [0, 10 * 60 * 1000],
  dropResponse: [0, countMax],
} as const
/** A slip of the pen would otherwise be calm weather. */
const known = new Set(['seed', ...probabilities, 'delayMs', 'reorderWindow', 'only', 'api'])

export function chaosOf(body: Json): Chaos | null {
  const { seed } = body
  if (Object.keys(body).length === 0) return null
  if (typeof seed !== 'string' && typeof seed !== 'number') {
    throw new BadSimRequest('The chaos seed must be text or a number.')
  }
  const chaos: Chaos = { seed }
  const unknown = Object.keys(body).find((key) => !known.has(key))
  if (unknown !== undefined) {
    throw new BadSimRequest(`Chaos knows no '${unknown}', but ${[...known].join(', ')}.`)
  }
  for (const key of probabilities) {
    const value = numberIn(body, key)
    if (value === undefined) continue
    if (!(value >= 0 && value <= 1)) throw new BadSimRequest(`${key} must be between 0 and 1.`)
    chaos[key] = value
  }
  const window = inRange(body, 'reorderWindow', [0, reorderWindowMax])
  if (window !== undefined) chaos.reorderWindow = window
  if (body.delayMs !== undefined) chaos.delayMs = boundsOf(body.delayMs)
  if (body.only !== undefined) chaos.only = limitOf(body.only)
  if (body.api !== undefined) chaos.api = apiOf(body.api)
  return chaos
}

function boundsOf(value: unknown): [number, number] {
  const [least, most]: unknown[] = Array.isArray(value) ? value : []
  const areNumbers = typeof least === 'number' && typeof most === 'number'
  if (areNumbers && least >= 0 && least <= most && most <= delayMsMax) return [least, most]
  throw new BadSimRequest(`delayMs must be [min, max], each from 0 to ${delayMsMax}.`)
}

function inRange(
  body: Json,
  key: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const number = numberIn(body, key)
  if (number === undefined) return undefined
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new BadSimRequest(`${key} must be a whole number from ${least} to ${most}.`)
}

function limitOf(value: unknown): ChaosLimit {
  if (!isJson(value)) throw new BadSimRequest('only must be an object.')
  const { events } = value
  const endpoint = textIn(value, 'endpoint')
  if (events !== undefined && !isTexts(events)) {
    throw new BadSimRequest('only.events must be a list of event types.')
  }
  return { ...(events ? { events } : {}), ...(endpoint === undefined ? {} : { endpoint }) }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

export function apiOf(value: unknown): ApiChaos | null {
  if (value === null) return null
  if (!isJson(value)) throw new BadSimRequest('api must be an object or null.')
  const chaos: ApiChaos = {}
  for (const key of apiNumbers) {
    const number = inRange(value, key, apiRanges[key])
    if (number !== undefined) chaos[key] = number
  }
  return chaos
}

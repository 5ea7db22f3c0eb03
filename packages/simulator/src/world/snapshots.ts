/** Snapshots of a whole simulator: taken, checked, and moved to another address. */

import type { Chaos } from '../types.ts'
import { defaultApiVersion } from '../wire.ts'
import type { AccountSnapshot } from './snapshot.ts'
import { accountsShape, chaosShape } from './snapshot-shape.ts'

/** Grows when a snapshot of before could no longer be read. */
const format = 2

/** Plain data: `JSON.stringify` it, keep it, restore it in any simulator of this version. */
export interface Snapshot {
  readonly format: number
  readonly apiVersion: string
  /** The simulator's address; it stands in the URLs of hosted pages. */
  readonly url: string
  /** Set for all accounts, those to come as well. */
  readonly chaos: Chaos | null
  readonly accounts: readonly AccountSnapshot[]
}

export function newSnapshot(state: Pick<Snapshot, 'url' | 'chaos' | 'accounts'>): Snapshot {
  return { format, apiVersion: defaultApiVersion, ...state }
}

/** Checks what comes back from outside, and gives the URLs inside it the address `url`. */
export function readSnapshot(value: unknown, url: string): Snapshot {
  const given = isSnapshot(value) ? value : undefined
  if (given?.format !== format) {
    throw new RangeError(
      `This is no snapshot of this simulator: it must be the JSON of a snapshot of format ${format}.`,
    )
  }
  if (given.apiVersion !== defaultApiVersion) {
    throw new RangeError(
      `This snapshot is of API ${given.apiVersion}, and this simulator speaks ${defaultApiVersion}: take it anew.`,
    )
  }
  if (!/^http:\/\/127\.0\.0\.1:\d+$/.test(given.url)) {
    throw new RangeError("The snapshot's url must be a simulator's address.")
  }
  const moved: Snapshot = JSON.parse(moveTo(url, given.url, JSON.stringify(given)))
  chaosShape(moved.chaos, 'chaos')
  accountsShape(moved.accounts, 'accounts')
  const keys = new Set(moved.accounts.map(({ apiKey }) => apiKey))
  if (keys.size < moved.accounts.length) throw new RangeError('accounts holds an account twice.')
  return moved
}

/** Only the address itself: that of port 42 begins that of port 4243. */
function moveTo(url: string, from: string, json: string): string {
  return json.replaceAll(new RegExp(`${from.replaceAll('.', '\\.')}(?!\\d)`, 'g'), url)
}

function isSnapshot(value: unknown): value is Snapshot {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    'apiVersion' in value &&
    'url' in value &&
    typeof value.url === 'string' &&
    'accounts' in value &&
    Array.isArray(value.accounts)
  )
}

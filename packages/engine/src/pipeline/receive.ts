// Owns the receive path in its order: verify, classify, store, say so, wake the workers.
import type { Limits } from '../config.ts'
import { EngineError, type ErrorCode, isEngineError } from '../errors.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import { PINNED_API_VERSION } from '../ports/stripe.ts'
import type { Mode, Receipt } from '../types.ts'
import { type Appended, append, keyOf } from './inbox/append.ts'
import { insertQuestion } from './inbox/checks.ts'
import { type Admission, classifyAnswer, classifyDelivery } from './inbox/classify.ts'
import { GroupCommit } from './inbox/group-commit.ts'
import { isId, isJsonObject, type JsonObject } from './inbox/lanes.ts'
import type { RefusalCounter } from './inbox/refusals.ts'
import type { Keyring } from './verify/keyring.ts'
import { verify } from './verify/verify.ts'

export interface Delivery {
  readonly endpoint: string
  readonly body: Uint8Array
  readonly signature: string | null
}

export interface ReceiverOptions {
  readonly database: Database
  readonly keyring: Keyring
  readonly mode: Mode
  readonly limits: Limits
  readonly clock: Clock
  readonly timers: Timers
  readonly logger: Logger
  readonly refusals: RefusalCounter
  /** Called after COMMIT with the lanes of new work. */
  readonly wake: (lanes: readonly string[]) => void
}

/** Deliveries that wait for one flush; Stripe comes again for the rest. */
const WAITING_MAX = 10_000

export class Receiver {
  readonly #options: ReceiverOptions
  readonly #commits: GroupCommit<Admission, Appended>
  readonly #versionsSeen = new Set<string>()

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#commits = new GroupCommit<Admission, Appended>({
      windowMs: options.limits.groupCommitMs,
      batchMax: options.limits.groupCommitMax,
      waitingMax: WAITING_MAX,
      timers: options.timers,
      keyOf,
      flush: (batch) => append(options.database, batch),
      again: (first) => ({ ...first, status: 'duplicate' }),
    })
  }

  /** Resolves after COMMIT. @throws EngineError SIGNATURE_*, BODY_*, ENDPOINT_*, STORE_*. */
  async receive(delivery: Delivery): Promise<Receipt & { readonly lane: string }> {
    const admission = await this.#admit(delivery)
    const appended = await this.#store(admission)
    const { eventId, type, endpoint, secretIndex, lane } = admission
    this.#options.logger.info('event accepted', {
      eventId,
      type,
      endpoint,
      duplicate: appended.status === 'duplicate',
      state: appended.state,
      seq: String(appended.seq),
      ...(appended.reason === null ? {} : { reason: appended.reason }),
      ...(secretIndex === null ? {} : { secretIndex }),
    })
    return { ...appended, eventId, type, lane }
  }

  /** Stores an event that Stripe's API answered with. */
  async admitAnswer(event: JsonObject): Promise<void> {
    const admission = classifyAnswer(event, 'question', this.#options.mode)
    await this.#store(admission)
  }

  /** Resolves when nothing submitted waits for its COMMIT any more. */
  async idle(): Promise<void> {
    await this.#commits.idle()
  }

  async #store(admission: Admission): Promise<Appended> {
    const appended = await this.#commits.submit(admission)
    this.#noteVersion(admission)
    const fresh = appended.status === 'recorded' && appended.state === 'ready'
    if (fresh) this.#options.wake([admission.lane])
    return appended
  }

  async #admit({ endpoint, body, signature }: Delivery): Promise<Admission> {
    const { limits, keyring, clock, mode, refusals } = this.#options
    try {
      // Middleware in plain JavaScript may hand over what a parser left behind.
      if (!(body instanceof Uint8Array)) {
        throw new EngineError('BODY_PARSED', `endpoint ${endpoint}: the body is not raw bytes`)
      }
      if (body.byteLength > limits.bodyBytesMax) {
        throw new EngineError('BODY_TOO_LARGE', `endpoint ${endpoint}: the body is too large`)
      }
      const verified = verify(
        { endpoint, bytes: body, header: signature, nowMs: clock.now() },
        keyring,
      )
      return classifyDelivery(verified, mode)
    } catch (error) {
      if (isEngineError(error)) {
        refusals.count(keyring.has(endpoint) ? endpoint : 'unknown', error.code)
        this.#logRefusal(endpoint, error.code, error.cure)
        if (error.code === 'SIGNATURE_STALE') await this.#question(body)
      }
      throw error
    }
  }

  /** The signature was right, so either our clock is wrong or this is a replay: ask Stripe, once. */
  async #question(body: Uint8Array): Promise<void> {
    const { database, limits, logger, wake } = this.#options
    const eventId = idIn(body)
    if (eventId === null) return
    try {
      if (await insertQuestion(database, eventId, limits.questionsPerMinute)) wake([eventId])
    } catch (error) {
      // The delivery was refused anyway, so Stripe comes again and the question with it.
      logger.warn('a question to Stripe was not stored', {
        eventId,
        code: isEngineError(error) ? error.code : 'unknown',
      })
    }
  }

  #logRefusal(endpoint: string, code: ErrorCode, cure: string): void {
    const known = this.#options.keyring.has(endpoint)
    this.#options.logger.warn('delivery refused', {
      endpoint: known ? endpoint : 'unknown',
      code,
      cure,
    })
  }

  #noteVersion({ apiVersion }: Admission): void {
    if (apiVersion === null || apiVersion === PINNED_API_VERSION) return
    if (this.#versionsSeen.has(apiVersion) || this.#versionsSeen.size >= 100) return
    this.#versionsSeen.add(apiVersion)
    this.#options.logger.warn('events come in another API version than the engine knows', {
      apiVersion,
      pinnedVersion: PINNED_API_VERSION,
      cure: 'Create the webhook endpoint with the pinned API version.',
    })
  }
}

/** The event id in a body whose signature was right. */
function idIn(body: Uint8Array): string | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return isJsonObject(value) && isId(value.id) ? value.id : null
  } catch {
    return null
  }
}

/** Draws the ids of one account: functions of its seed and its own past, whatever other accounts do. */
import { type ResumableRandom, randomText, seededRandom } from '../ports.ts'

/** Where the generators stand, so that a restored account goes on as the first one did. */
export interface IdsDump {
  readonly objects: readonly number[]
  readonly requests: readonly number[]
}

export class Ids {
  readonly #fresh: (of: string) => ResumableRandom
  #objects: ResumableRandom
  /** Apart from the objects': a read draws a request's id, and leaves the ids to come as they were. */
  #requests: ResumableRandom

  constructor(seed: string, name: string) {
    this.#fresh = (of) => seededRandom(`${seed}:${of}:${name}`)
    this.#objects = this.#fresh('ids')
    this.#requests = this.#fresh('requests')
  }

  next = (prefix: string, length = 24): string => prefix + randomText(this.#objects, length)

  nextRequest(): string {
    return newRequestId(this.#requests)
  }

  reset(): void {
    this.#objects = this.#fresh('ids')
    this.#requests = this.#fresh('requests')
  }

  dump(): IdsDump {
    return { objects: this.#objects.dump(), requests: this.#requests.dump() }
  }

  load({ objects, requests }: IdsDump): void {
    this.#objects.load(objects)
    this.#requests.load(requests)
  }
}

export function newRequestId(random: ResumableRandom): string {
  return `req_${randomText(random, 14)}`
}

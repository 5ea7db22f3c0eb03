/** Makes the API fail on purpose: down, slow, or executed with the answer lost. */
import type { Ports } from '../ports.ts'
import type { ApiChaos } from '../types.ts'
import { StripeError } from './errors.ts'

export class ApiTrouble {
  #latencyMs = 0
  #status = 500
  #failNext = 0
  #dropNext = 0

  set(chaos: ApiChaos | null): void {
    this.#latencyMs = chaos?.latencyMs ?? 0
    this.#status = chaos?.status ?? 500
    this.#failNext = chaos?.failNext ?? 0
    this.#dropNext = chaos?.dropResponse ?? 0
  }

  async before(ports: Ports): Promise<void> {
    if (this.#latencyMs > 0) await ports.sleep(this.#latencyMs)
    if (this.#failNext === 0) return
    this.#failNext -= 1
    throw new StripeError({
      status: this.#status,
      type: this.#status === 429 ? 'rate_limit_error' : 'api_error',
      message: 'The simulator was told to fail this request before executing it.',
      replayable: false,
    })
  }

  /** What is still to go wrong. */
  get state(): Required<ApiChaos> {
    return {
      failNext: this.#failNext,
      status: this.#status,
      latencyMs: this.#latencyMs,
      dropResponse: this.#dropNext,
    }
  }

  /** True when the answer of this executed request is to be lost. */
  losesAnswer(): boolean {
    if (this.#dropNext === 0) return false
    this.#dropNext -= 1
    return true
  }
}

// Owns the start of the shop's Stripe: the simulator with what it knew before, stocked and named.
import { EngineError, systemTimers } from '@quittance/engine'
import { createSimulator, type SimulatedAccount } from '@quittance/simulator'
import { ConfigError, isAnswered } from 'quittance'
import type Stripe from 'stripe'
import { type KeptState, keptState } from './kept-state.ts'
import type { DemoOptions } from './options.ts'
import { DEMO_API_KEY, ensureGoods, ensurePlans, shopAccount } from './simulated-stripe.ts'

export interface DemoStripe {
  readonly url: string
  readonly stripe: Stripe
  readonly account: SimulatedAccount
  /** The configuration of the billing portal that lets members change their plan. */
  readonly portalConfiguration: string
  /** Why what an earlier run knew was not taken up; null when it was, or when there was none. */
  readonly isFreshBecause: string | null
  /** Keeps what it knows, and stops. */
  close(): Promise<void>
}

/** Says which variable is to be changed, and takes no socket from a demo that still runs. */
export async function startStripe(
  { simulatorPort, dataDir }: DemoOptions,
  socketPath: string,
): Promise<DemoStripe> {
  if (await isAnswered(socketPath)) {
    throw new EngineError('STORE_LOCKED', `another demo runs on the data directory ${dataDir}`)
  }
  let kept: KeptState | null = null
  const changed = () => kept?.changed()
  const simulator = await createSimulator({
    port: simulatorPort,
    socketPath,
    onEvent: changed,
    onResponse: changed,
  }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    const found = `port ${simulatorPort} cannot be listened on (${code})`
    throw new ConfigError([{ key: 'SIMULATOR_PORT', found, cure: 'Name another port, or 0.' }])
  })
  try {
    const state = keptState(simulator, dataDir, systemTimers)
    const isFreshBecause = await state.takeUp()
    kept = state
    const stripe = shopAccount(simulator.url)
    await ensureGoods(stripe)
    const portalConfiguration = await ensurePlans(stripe)
    return {
      url: simulator.url,
      stripe,
      account: simulator.account(DEMO_API_KEY),
      portalConfiguration,
      isFreshBecause,
      async close() {
        kept = null
        await state.close()
        await simulator.close()
      },
    }
  } catch (error) {
    await simulator.close()
    throw error
  }
}

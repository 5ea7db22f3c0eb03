/** The public surface of `@quittance/simulator`. */
export { createSimulator } from './simulator.ts'
export type {
  ApiAnswer,
  ApiChaos,
  Chaos,
  DeliveryAttempt,
  SimulatedAccount,
  Simulator,
  SimulatorOptions,
} from './types.ts'

/** The public surface of `@quittance/simulator`. */
export { createSimulator } from './simulator.ts'
export type {
  ApiAnswer,
  ApiChaos,
  BillingRules,
  Chaos,
  ChaosLimit,
  DeliveryAttempt,
  Fault,
  SimulatedAccount,
  Simulator,
  SimulatorOptions,
  Snapshot,
} from './types.ts'

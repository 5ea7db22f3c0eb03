// What a test gets under the package's name: the public surface, with simulators that check what they say.
export * from '../../src/index.ts'
export { checkedSimulator as createSimulator } from './checked-simulator.ts'

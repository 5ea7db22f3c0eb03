// Owns the table of commands; help, suggestions and dispatch all read it.
import type { Command } from './command.ts'
import { access, customersShow, subscriptionsList, subscriptionsShow } from './commands/billing.ts'
import { catalogDiff, catalogPush } from './commands/catalog.ts'
import { eventsList, eventsShow, replay } from './commands/events.ts'
import { ordersList, ordersShow } from './commands/orders.ts'
import { migrate, serve } from './commands/serve.ts'

export const COMMANDS: readonly Command[] = [
  serve,
  migrate,
  eventsList,
  eventsShow,
  ordersList,
  ordersShow,
  subscriptionsList,
  subscriptionsShow,
  customersShow,
  access,
  replay,
  catalogDiff,
  catalogPush,
]

/** Not a row above: it hands every word on, so it has no options of ours. */
export const STRIPE_SUMMARY = {
  name: 'stripe …',
  summary: 'The official Stripe CLI, pointed at the simulator of `npm start`',
}

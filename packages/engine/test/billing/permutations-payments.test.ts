// Goal: single payments, refunds and disputes end in Stripe's rows and tell each fact once, whatever the order of news.
// Method: see permute/suite.ts; the sections are those of stripe.md.
import { suite } from './permute/suite.ts'

suite('payments', ['3.1', '3.2', '3.3', '3.4', '3.5', '3.6', '3.7'])

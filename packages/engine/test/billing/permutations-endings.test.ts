// Goal: cancellations, pauses and entitlements end in Stripe's rows and tell each fact once, whatever the order of news.
// Method: see permute/suite.ts; the sections are those of stripe.md.
import { suite } from './permute/suite.ts'

suite('endings', ['3.14', '3.15', '3.16', '3.17'])

// Goal: sign-ups, renewals and dunning end in Stripe's rows and tell each fact once, whatever the order of news.
// Method: see permute/suite.ts; the sections are those of stripe.md.
import { suite } from './permute/suite.ts'

suite('renewals', ['3.8', '3.9', '3.10', '3.11'])

// Goal: trials and changes of plan end in Stripe's rows and tell each fact once, whatever the order of news.
// Method: see permute/suite.ts; the sections are those of stripe.md.
import { suite } from './permute/suite.ts'

suite('changes', ['3.12', '3.13'])

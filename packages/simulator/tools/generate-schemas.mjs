// Derives the JSON Schemas of Stripe's objects from stripe-node's own declarations, for the tests.
//
//   node packages/simulator/tools/generate-schemas.mjs           writes test/schema/generated/objects.json
//   node packages/simulator/tools/generate-schemas.mjs --check   exits 1 when the committed file is stale
//
// The SDK is the one official description that is always of the version in use: a schema copied from
// elsewhere would prove conformance with another year's Stripe.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-6'
import { createTranslator } from './schema-translator.mjs'
import { apiVersion, nameOf, openSdk, sdk, sorted } from './sdk-types.mjs'

const target = fileURLToPath(new URL('../test/schema/generated/objects.json', import.meta.url))

// A resource that is not listed here has no schema: only its id may stand where it could be expanded.
// Adding one is adding a row (file below esm/resources, its exported types).
const roots = [
  ['AccountLinks', 'AccountLink'],
  ['Accounts', 'Account', 'DeletedAccount'],
  ['Applications', 'Application'],
  ['Balance', 'Balance'],
  ['BalanceTransactions', 'BalanceTransaction'],
  ['BankAccounts', 'BankAccount', 'DeletedBankAccount'],
  ['Billing/MeterEventAdjustments', 'MeterEventAdjustment'],
  ['Billing/MeterEvents', 'MeterEvent'],
  ['Billing/MeterEventSummaries', 'MeterEventSummary'],
  ['Billing/Meters', 'Meter'],
  ['BillingPortal/Configurations', 'Configuration'],
  ['BillingPortal/Sessions', 'Session'],
  ['Capabilities', 'Capability'],
  ['Cards', 'Card', 'DeletedCard'],
  ['CashBalances', 'CashBalance'],
  ['Charges', 'Charge'],
  ['Checkout/Sessions', 'Session'],
  ['Coupons', 'Coupon', 'DeletedCoupon'],
  ['CreditNotes', 'CreditNote'],
  ['CreditNoteLineItems', 'CreditNoteLineItem'],
  ['CustomerBalanceTransactions', 'CustomerBalanceTransaction'],
  ['CustomerCashBalanceTransactions', 'CustomerCashBalanceTransaction'],
  ['Customers', 'Customer', 'DeletedCustomer'],
  ['Discounts', 'Discount', 'DeletedDiscount'],
  ['Disputes', 'Dispute'],
  ['Entitlements/ActiveEntitlements', 'ActiveEntitlement'],
  ['Entitlements/ActiveEntitlementSummaries', 'ActiveEntitlementSummary'],
  ['Entitlements/Features', 'Feature'],
  ['Files', 'File'],
  ['FundingInstructions', 'FundingInstructions'],
  ['Identity/VerificationReports', 'VerificationReport'],
  ['Identity/VerificationSessions', 'VerificationSession'],
  ['InvoiceItems', 'InvoiceItem', 'DeletedInvoiceItem'],
  ['InvoiceLineItems', 'InvoiceLineItem'],
  ['InvoicePayments', 'InvoicePayment'],
  ['Invoices', 'Invoice', 'DeletedInvoice'],
  ['Issuing/Authorizations', 'Authorization'],
  ['Issuing/Cardholders', 'Cardholder'],
  ['Issuing/Cards', 'Card'],
  ['Issuing/Transactions', 'Transaction'],
  ['LineItems', 'LineItem'],
  ['Mandates', 'Mandate'],
  ['PaymentIntents', 'PaymentIntent'],
  ['PaymentLinks', 'PaymentLink'],
  ['PaymentMethods', 'PaymentMethod'],
  ['Payouts', 'Payout'],
  ['Plans', 'Plan', 'DeletedPlan'],
  ['Prices', 'Price', 'DeletedPrice'],
  ['ProductFeatures', 'ProductFeature', 'DeletedProductFeature'],
  ['Products', 'Product', 'DeletedProduct'],
  ['PromotionCodes', 'PromotionCode'],
  ['Quotes', 'Quote'],
  ['Refunds', 'Refund'],
  ['Reporting/ReportRuns', 'ReportRun'],
  ['Reporting/ReportTypes', 'ReportType'],
  ['Reviews', 'Review'],
  ['SetupAttempts', 'SetupAttempt'],
  ['SetupIntents', 'SetupIntent'],
  ['Sources', 'Source'],
  ['ShippingRates', 'ShippingRate'],
  ['SubscriptionItems', 'SubscriptionItem', 'DeletedSubscriptionItem'],
  ['Subscriptions', 'Subscription'],
  ['SubscriptionSchedules', 'SubscriptionSchedule'],
  ['TaxIds', 'TaxId', 'DeletedTaxId'],
  ['TaxRates', 'TaxRate'],
  ['TestHelpers/TestClocks', 'TestClock', 'DeletedTestClock'],
  ['Tokens', 'Token'],
  ['Topups', 'Topup'],
  ['TransferReversals', 'TransferReversal'],
  ['Transfers', 'Transfer'],
  ['V2/Billing/MeterEvents', 'MeterEvent'],
  ['V2/Billing/MeterEventSession', 'MeterEventSession'],
  ['V2/Core/EventDestinations', 'EventDestination'],
  ['WebhookEndpoints', 'WebhookEndpoint', 'DeletedWebhookEndpoint'],
  ['Radar/EarlyFraudWarnings', 'EarlyFraudWarning'],
]

// What an event carries is judged by the row of its type; its declared type is an empty interface.
const payload = {
  'Event.Data.Object': { type: 'object' },
  'Event.Data.PreviousAttributes': { type: 'object' },
}

function generate() {
  const { program, checker } = openSdk()
  const exported = (file, name) => {
    const source = program.getSourceFile(join(sdk, 'resources', `${file}.d.ts`))
    const module = source && checker.getSymbolAtLocation(source)
    const symbol = module && checker.getExportsOfModule(module).find((s) => s.name === name)
    if (!symbol) throw new Error(`stripe-node no longer exports ${name} from resources/${file}`)
    return symbol
  }
  const listed = roots.flatMap(([file, ...names]) => names.map((name) => exported(file, name)))
  const translate = createTranslator(ts, checker, { listed: new Set(listed), nameOf })
  const objects = listed.map((symbol) => translate.define(checker.getDeclaredTypeOfSymbol(symbol)))
  const { envelope, payloads } = translateEvents(checker, translate, exported)
  const definitions = { ...translate.definitions(), ...payload, Event: envelope }
  return `${JSON.stringify({
    $comment: 'Generated by tools/generate-schemas.mjs from the types of stripe-node. Do not edit.',
    apiVersion: apiVersion(),
    objects: objects.sort(),
    events: sorted(payloads),
    definitions: sorted(definitions),
  })}\n`
}

// The 275 event types share one envelope; what differs is the object inside, and that is one row each.
function translateEvents(checker, translate, exported) {
  const envelope = translate.inline(
    checker.getDeclaredTypeOfSymbol(exported('Events', 'EventBase')),
  )
  const payloads = {}
  for (const type of checker.getDeclaredTypeOfSymbol(exported('Events', 'Event')).types) {
    const property = (owner, name) => {
      const symbol = owner.getProperty(name)
      if (!symbol) throw new Error(`an event type of stripe-node has no ${name}`)
      return checker.getTypeOfSymbol(symbol)
    }
    const objects = property(property(type, 'data'), 'object')
    const members = objects.isUnion() ? objects.types : [objects]
    payloads[property(type, 'type').value] = members
      .map((member) => nameOf(member.symbol ?? member.aliasSymbol))
      .sort()
  }
  return { envelope, payloads }
}

const fresh = generate()
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== fresh) {
    console.error('The schemas are stale: run node packages/simulator/tools/generate-schemas.mjs')
    process.exit(1)
  }
  console.log('The schemas are fresh.')
} else {
  writeFileSync(target, fresh)
  console.log(`${relative(process.cwd(), target)}: ${fresh.length} bytes`)
}

// Says which parameter Stripe blames when the path names an object that is not there.

/** Named after the thing; most of the oldest resources say `id`. */
const blamed: Readonly<Record<string, string>> = {
  coupons: 'coupon',
  disputes: 'dispute',
  invoices: 'invoice',
  invoiceitems: 'invoiceitem',
  invoice_payments: 'invoice_payment',
  payment_intents: 'intent',
  payment_links: 'payment_link',
  payment_methods: 'payment_method',
  plans: 'plan',
  prices: 'price',
  promotion_codes: 'promotion_code',
  quotes: 'quote',
  'checkout/sessions': 'session',
  setup_intents: 'intent',
  'reporting/report_types': 'report_type',
  'billing_portal/configurations': 'configuration',
  subscription_items: 'item',
  subscription_schedules: 'schedule',
  tax_rates: 'tax_rate',
  'test_helpers/test_clocks': 'test_clock',
  tokens: 'token',
  webhook_endpoints: 'webhook_endpoint',
}

/** `/v1/checkout/sessions/:id/expire` → `session`. */
export function blamedForPath(path: string): string {
  const resource = path.replace(/^\/v1\//, '').replace(/\/:id.*$/, '')
  return blamed[resource] ?? 'id'
}

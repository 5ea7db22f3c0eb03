/** The pages on which a person answers: an identity check, who is behind a connected account, a bank's challenge. */

import type { Kind } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import { onboard } from '../connect/account-links.ts'
import { onboardingPagePath } from '../connect/page-path.ts'
import type { HostedResponse, PageRequest } from '../http/hosted-port.ts'
import { submit } from '../identity/outcome.ts'
import { identityPagePath } from '../identity/page-path.ts'
import { authenticateIntent } from '../payments/intent-confirm.ts'
import { paymentChallengePath, setupChallengePath } from '../payments/page-path.ts'
import { authenticateSetup } from '../payments/setup-intents.ts'
import type { Account } from '../world/account.ts'
import { seeOther } from './layout.ts'
import { challengePage, decisionPage, donePage, unknownLinkPage } from './notice-pages.ts'
import { namelessMerchant } from './order-view.ts'

interface Visit {
  readonly account: Account
  readonly id: string
  readonly path: string
  /** What was decided; null to be asked. */
  readonly outcome: string | null
}

interface Decision {
  readonly kind: Kind
  readonly answer: (visit: Visit) => HostedResponse
}

const decisions: Readonly<Record<string, Decision>> = {
  [identityPagePath]: { kind: 'identity.verification_session', answer: verify },
  [onboardingPagePath]: { kind: 'account_link', answer: tellWho },
  [paymentChallengePath]: { kind: 'payment_intent', answer: authenticatePayment },
  [setupChallengePath]: { kind: 'setup_intent', answer: authenticateMethod },
}

export function isDecisionPath(path: string): boolean {
  return Object.keys(decisions).some((prefix) => path.startsWith(prefix))
}

export function handleDecision({ path, form, find }: PageRequest): HostedResponse {
  const [prefix, decision] =
    Object.entries(decisions).find(([known]) => path.startsWith(known)) ?? []
  const id = path.slice(prefix?.length ?? 0)
  const account = decision && find(decision.kind, id)
  if (!decision || !account) return unknownLinkPage()
  account.catchUp()
  return decision.answer({ account, id, path, outcome: form.get('outcome') })
}

function verify({ account, id, path, outcome }: Visit): HostedResponse {
  const session = account.db.find('identity.verification_session', id)
  if (session?.status !== 'requires_input' || session.redaction) return unknownLinkPage()
  if (outcome === null) {
    return decisionPage({
      title: 'Verify your identity',
      text: 'A real page would take pictures of a document; here you decide what comes of it.',
      action: path,
      choices: [
        ['verified', 'Verify'],
        ['unverified', 'Fail verification'],
      ],
    })
  }
  account.transact(null, (tx) => submit(tx, session, outcome === 'verified'))
  return after(account.db.find('verification_secret', id)?.returnUrl)
}

function tellWho({ account, id, path, outcome }: Visit): HostedResponse {
  const link = account.db.find('account_link', id)
  const connected = account.db.find('account', link?.account ?? '')
  if (!link || !connected) return unknownLinkPage()
  // A link serves once, and for a few minutes: Stripe then sends back for a fresh one.
  if (link.expiresAt <= account.now()) {
    return link.refreshUrl === null ? unknownLinkPage() : seeOther(link.refreshUrl)
  }
  if (outcome === null) {
    return decisionPage({
      title: 'Tell Stripe who you are',
      text: `A real page would ask who is behind ${connected.id}; here you decide whether it was told.`,
      action: path,
      choices: [
        ['complete', 'Give all information'],
        ['leave', 'Leave'],
      ],
    })
  }
  account.transact(null, (tx) => {
    tx.db.put('account_link', { ...link, expiresAt: tx.now })
    if (outcome === 'complete') onboard(tx, connected)
  })
  return after(link.returnUrl)
}

function authenticatePayment({ account, id, path, outcome }: Visit): HostedResponse {
  const intent = account.db.find('payment_intent', id)
  if (intent?.next_action?.type !== 'redirect_to_url') return unknownLinkPage()
  if (outcome === null) {
    const amount = formatMoney(intent.amount, intent.currency)
    return challengePage({ merchant: namelessMerchant, amount }, path)
  }
  account.transact(null, (tx) => authenticateIntent(tx, intent, outcome === 'complete'))
  return after(
    backWith(intent.next_action.redirect_to_url?.return_url, {
      payment_intent: id,
      payment_intent_client_secret: intent.client_secret ?? '',
      redirect_status: redirectStatus(account.db.find('payment_intent', id)),
    }),
  )
}

function authenticateMethod({ account, id, path, outcome }: Visit): HostedResponse {
  const intent = account.db.find('setup_intent', id)
  if (intent?.next_action?.type !== 'redirect_to_url') return unknownLinkPage()
  if (outcome === null) return challengePage({ merchant: namelessMerchant, amount: null }, path)
  account.transact(null, (tx) => authenticateSetup(tx, intent, outcome === 'complete'))
  return after(
    backWith(intent.next_action.redirect_to_url?.return_url, {
      setup_intent: id,
      setup_intent_client_secret: intent.client_secret ?? '',
      redirect_status: redirectStatus(account.db.find('setup_intent', id)),
    }),
  )
}

/** A card can pass its challenge and be declined all the same. */
function redirectStatus(intent: { readonly status: string } | undefined): string {
  return intent?.status === 'requires_payment_method' ? 'failed' : 'succeeded'
}

/** The merchant's page learns which intent came back; apps have addresses of their own schemes. */
function backWith(
  returnUrl: string | null | undefined,
  facts: Readonly<Record<string, string>>,
): string | null {
  if (!returnUrl || !URL.canParse(returnUrl)) return null
  const url = new URL(returnUrl)
  for (const [name, value] of Object.entries(facts)) url.searchParams.set(name, value)
  url.searchParams.set('source_type', 'card')
  return url.href
}

function after(returnUrl: string | null | undefined): HostedResponse {
  return returnUrl === null || returnUrl === undefined ? donePage() : seeOther(returnUrl)
}

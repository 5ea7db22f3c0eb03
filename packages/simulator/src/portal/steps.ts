/** Where a customer goes in the portal: into a flow, on after something is done, and back. */
import { seeOther } from '../hosted/layout.ts'
import { donePage } from '../hosted/notice-pages.ts'
import { webUrl } from '../hosted/order-view.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import type { Visit } from './visit.ts'

const done = {
  canceled: 'Your plan is canceled.',
  kept: 'Your plan goes on.',
  stayed: 'Thank you for staying: the discount is yours.',
  updated: 'Your plan is updated.',
  card: 'Your card is saved, and now your default.',
  default: 'Your default payment method is changed.',
  removed: 'The payment method is removed.',
  customer: 'Your information is updated.',
} as const

type DoneName = keyof typeof done

export function doneText(name: string | null): string | undefined {
  return Object.entries(done).find(([known]) => known === name)?.[1]
}

/** What each flow is about; only its end leads on. */
const endings: Readonly<Record<string, readonly DoneName[]>> = {
  customer_update: ['customer'],
  payment_method_update: ['card'],
  subscription_cancel: ['canceled', 'stayed'],
  subscription_update: ['updated'],
  subscription_update_confirm: ['updated'],
}

/** After a flow the customer goes where the merchant said; otherwise back to the portal, which tells. */
export function finished(visit: Visit, name: DoneName): HostedResponse {
  const { flow } = visit.session
  const completion = flow?.after_completion
  if (flow && completion && endings[flow.type]?.includes(name)) {
    const redirect = webUrl(completion.redirect?.return_url)
    if (redirect !== null) return seeOther(redirect)
    const message = completion.hosted_confirmation?.custom_message
    if (completion.type === 'hosted_confirmation') return donePage(message ?? done[name])
  }
  return seeOther(`${visit.home}/home?done=${name}`)
}

export function flowPath({ session, home }: Visit): string | null {
  const { flow } = session
  if (!flow) return null
  const changed = flow.subscription_update ?? flow.subscription_update_confirm
  if (changed) return `${home}/subscriptions/${changed.subscription}/update`
  if (flow.subscription_cancel) {
    return `${home}/subscriptions/${flow.subscription_cancel.subscription}/cancel`
  }
  return flow.type === 'customer_update' ? `${home}/customer` : `${home}/payment-methods/add`
}

/** The portal around the page; none around a flow, whose page is all there is. */
export function backTo({ session, home, returnUrl }: Visit): string | null {
  return session.flow && returnUrl !== null ? null : `${home}/home`
}

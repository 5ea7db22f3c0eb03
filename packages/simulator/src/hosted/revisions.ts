/** Changes of the order that a buyer makes on its page: quantity, promotion code, shipping. */

import {
  applyPromotionCode,
  chooseShipping,
  type Revision,
  removePromotionCode,
  setQuantity,
} from '../checkout/revise.ts'
import type { Account } from '../world/account.ts'
import type { Said } from './order-summary.ts'

type Change = (account: Account, sessionId: string, form: URLSearchParams) => Said

/** By what follows the page's path. */
export const changes: Readonly<Record<string, Change>> = {
  '/quantity': (account, id, form) => {
    const line = form.get('line') ?? ''
    const typed = form.get('quantity') ?? ''
    const quantity = /^\d{1,7}$/.test(typed.trim()) ? Number(typed) : Number.NaN
    const revision = setQuantity(account, id, line, quantity)
    return { about: 'quantity', line, ...outcome(revision, 'Quantity updated.') }
  },
  '/promotion': (account, id, form) => {
    if (form.get('remove') !== null) {
      return { about: 'promotion', ...outcome(removePromotionCode(account, id), 'Code removed.') }
    }
    const typed = (form.get('code') ?? '').trim()
    if (typed === '') return { about: 'promotion', ok: false, message: 'Enter a promotion code.' }
    const revision = applyPromotionCode(account, id, typed)
    return { about: 'promotion', typed, ...outcome(revision, `Code ${typed} applied.`) }
  },
  '/shipping': (account, id, form) => shipBy(account, id, form.get('shippingRate') ?? ''),
}

export function shipBy(account: Account, sessionId: string, rateId: string): Said {
  const revision = chooseShipping(account, sessionId, rateId)
  return { about: 'shipping', ...outcome(revision, 'Shipping updated: see the new total.') }
}

function outcome(revision: Revision, done: string): { ok: boolean; message: string } {
  return revision.ok ? { ok: true, message: done } : revision
}

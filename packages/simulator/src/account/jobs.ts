/** The kinds of work that virtual time brings due; data, so that a snapshot can hold them. */

export type Job =
  | { readonly kind: 'settle_payment'; readonly intentId: string }
  | { readonly kind: 'expire_session'; readonly sessionId: string }
  | { readonly kind: 'finish_refund'; readonly refundId: string }
  | { readonly kind: 'fail_refund'; readonly refundId: string }

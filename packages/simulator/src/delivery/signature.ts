/** Signs a webhook body as Stripe does. */
import { createHmac } from 'node:crypto'

/** `t` is wall clock and fresh on every attempt: receivers bound its age, whatever the virtual time. */
export function signatureHeader(
  body: string | Buffer,
  secrets: readonly string[],
  wallMs: number,
): string {
  const t = Math.floor(wallMs / 1000)
  const digest = (secret: string) =>
    createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')
  const valid = secrets.map((secret) => `v1=${digest(secret)}`)
  // Test mode carries a second scheme that no receiver may accept.
  return [`t=${t}`, ...valid, `v0=${digest('not the secret')}`].join(',')
}

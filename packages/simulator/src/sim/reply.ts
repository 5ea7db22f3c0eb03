/** Answers a form that a browser posted to `/_sim/…` without JavaScript: back to the page, or with what it has to know. */
import { seeOther } from '../hosted/layout.ts'
import type { HostedResponse } from '../http/hosted-port.ts'
import { outcomePage } from '../inspector/outcome-page.ts'
import type { SimAnswer } from './answer.ts'
import { isJson } from './bodies.ts'

/** Undefined: the answer is for a program, in JSON. */
export function replyToForm(
  { status, body }: SimAnswer,
  path: string,
  referer: string | undefined,
): HostedResponse | undefined {
  if (status === 200 && path === '/_sim/snapshot') return undefined
  const back = `/${URL.canParse(referer ?? '') ? new URL(referer ?? '').search : ''}`
  const said = isJson(body) ? body : {}
  if (typeof said.error === 'string') return outcomePage(status, { error: said.error, back })
  if (typeof said.secret === 'string') return outcomePage(status, { secret: said.secret, back })
  return seeOther(back)
}

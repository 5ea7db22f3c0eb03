/** The filters of `stripe logs tail`, which the CLI leaves to Stripe. */
import type { AnsweredRequest } from './frames.ts'

type Matches = (request: AnsweredRequest, wanted: string) => boolean

/** Every request here comes from this machine and with an API key. */
const constants = { ip: '127.0.0.1', source: 'api' } as const

const filters: Readonly<Record<string, Matches>> = {
  filter_account: ({ onBehalfOf }, wanted) =>
    wanted.toLowerCase() === (onBehalfOf === null ? 'self' : 'connect_out'),
  filter_http_method: ({ method }, wanted) => method === wanted.toUpperCase(),
  filter_ip_address: (_request, wanted) => wanted === constants.ip,
  filter_request_path: ({ path }, wanted) => path === wanted,
  filter_request_status: ({ status }, wanted) =>
    (wanted.toUpperCase() === 'SUCCEEDED') === (status >= 200 && status < 300),
  filter_source: (_request, wanted) => wanted.toLowerCase() === constants.source,
  filter_status_code: ({ status }, wanted) => String(status) === wanted,
  /** The CLI turns 4XX into 400. */
  filter_status_code_type: ({ status }, wanted) => String(status)[0] === wanted[0],
}

export type LogFilter = (request: AnsweredRequest) => boolean

/** Reads the JSON of the `filters` parameter; undefined when it is none. */
export function readLogFilter(text: string): LogFilter | undefined {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
  const checks: LogFilter[] = []
  for (const [name, wanted] of Object.entries(found)) {
    const matches = filters[name]
    if (!matches || !isTexts(wanted)) return undefined
    // Several values of one filter are alternatives, several filters are conditions.
    if (wanted.length > 0) checks.push((request) => wanted.some((one) => matches(request, one)))
  }
  return (request) => checks.every((check) => check(request))
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

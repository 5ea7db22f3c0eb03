/** `POST /v1/stripecli/sessions`: how `stripe listen` and `stripe logs tail` begin. */
import { badParam, StripeError } from '../http/errors.ts'
import { list, oneOf, required, text } from '../http/params.ts'
import { type Route, route } from '../http/route.ts'
import { defaultApiVersion } from '../wire.ts'
import { readLogFilter } from './log-filters.ts'

const features = ['webhooks', 'v2_events', 'request_logs'] as const

export const cliChannelRoutes: readonly Route[] = [
  route(
    'POST',
    '/v1/stripecli/sessions',
    {
      device_name: required(text()),
      websocket_features: required(list(oneOf(...features))),
      filters: text(),
      forward_to_url: text(),
      forward_connect_to_url: text(),
      forward_thin_to_url: text(),
      forward_thin_connect_to_url: text(),
    },
    ({ account, tx, params }) => {
      const logFilter = readLogFilter(params.filters ?? '{}')
      if (!logFilter) throw badParam('Invalid filters: not the JSON of known filters.', 'filters')
      const client = {
        device: params.device_name,
        features: params.websocket_features,
        forwardTo: [
          params.forward_to_url ?? '',
          params.forward_connect_to_url ?? '',
          params.forward_thin_to_url ?? '',
          params.forward_thin_connect_to_url ?? '',
        ],
      }
      const session = account.cli.prepare(client, logFilter)
      if (!session) {
        throw new StripeError({
          status: 429,
          type: 'rate_limit_error',
          message: 'There are too many CLI sessions. Close some.',
        })
      }
      tx.afterCommit(() => account.cli.open(session))
      return {
        websocket_id: session.id,
        websocket_url: websocketUrl(tx.request?.host ?? new URL(tx.baseUrl).host),
        websocket_authorized_feature: params.websocket_features[0] ?? '',
        secret: account.cli.secret,
        reconnect_delay: reconnectSeconds,
        default_version: defaultApiVersion,
        latest_version: defaultApiVersion,
        display_connect_filter_warning: false,
        device_token: session.endpointId,
      }
    },
  ),
]

/**
 * Back to where the request came from. The unix socket carries requests to Stripe's own host; there a CLI that has
 * HTTPS_PROXY set would send the websocket to that proxy, but for hosts of this domain, which it never looks up.
 */
function websocketUrl(host: string): string {
  const isSocket = /(^|\.)stripe\.com(:\d+)?$/.test(host)
  return `ws://${isSocket ? 'simulator.dev.stripe.me' : host}${websocketPath}`
}

export const websocketPath = '/_sim/cli/websocket'
/** The CLI then connects anew, as it does with Stripe. */
const reconnectSeconds = 60

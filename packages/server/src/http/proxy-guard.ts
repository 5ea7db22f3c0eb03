// Owns who may speak to a listener behind a proxy: the named proxy, and health checks of anyone.
import { BlockList, isIPv6 } from 'node:net'

export interface Refusal {
  readonly status: 403
  readonly code: 'PROXY_UNTRUSTED' | 'PROXY_PLAIN_HTTP'
  readonly message: string
  readonly cure: string
}

export interface PeerRequest {
  readonly path: string
  readonly address: string | undefined
  readonly forwardedProto: string | null
}

/** A platform asks for these from its own network, and they tell nothing. */
const OPEN_PATHS = new Set(['/healthz', '/readyz'])

/**
 * Behind a proxy that speaks https, a request from elsewhere came in the clear; and a proxy that
 * says it received plain http would carry session cookies in the clear.
 */
export function createProxyGuard(
  networks: readonly string[],
): (request: PeerRequest) => Refusal | null {
  const trusted = new BlockList()
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/')
    trusted.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return ({ path, address, forwardedProto }) => {
    if (OPEN_PATHS.has(path)) return null
    if (address === undefined || !isTrusted(trusted, address)) {
      return {
        status: 403,
        code: 'PROXY_UNTRUSTED',
        message: 'this request did not come through the named proxy',
        cure: 'Send requests through the proxy, or add its network to TRUSTED_PROXY.',
      }
    }
    if (forwardedProto !== null && /^\s*http\s*(?:,|$)/i.test(forwardedProto)) {
      return {
        status: 403,
        code: 'PROXY_PLAIN_HTTP',
        message: 'the proxy received this request over plain http',
        cure: 'Let the proxy redirect http to https.',
      }
    }
    return null
  }
}

function isTrusted(trusted: BlockList, address: string): boolean {
  // A socket open to both families names an IPv4 peer as ::ffff:10.0.0.7.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Keeps other web pages from driving a developer's simulator through that developer's browser. */
import type { IncomingMessage } from 'node:http'

/** Whose names nobody else can point at this machine; beside them, what the developer allows. */
const loopback = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/
const stripes = /^([\w-]+\.)+dev\.stripe\.me$|^(api|meter-events)\.stripe\.com$/

type Asked = Pick<IncomingMessage, 'method' | 'headers'>

/** Why a request is refused; undefined when it is not. */
type Gate = (request: Asked) => string | undefined

export function createGate(allowedHosts: readonly string[]): Gate {
  const allowed = allowedHosts.map(hostnameOf)
  return (request) => {
    const { host, authorization } = request.headers
    if (!isKnownHost(host, allowed)) {
      return `The simulator is not known as '${host}'. Use 127.0.0.1, or allow this name with --allow-host (allowedHosts in a test).`
    }
    // No page can send a key to another site: the browser would ask first, and hear no.
    if (isDeed(request) && authorization === undefined && isCrossSite(request)) {
      return 'This request comes from a page of another site; the simulator takes none of those.'
    }
    return undefined
  }
}

/** A page that has its own name resolved to this machine is same-origin to the browser; only the Host tells. */
function isKnownHost(host: string | undefined, allowed: readonly string[]): boolean {
  if (host === undefined) return true
  const name = hostnameOf(host)
  return loopback.test(name) || stripes.test(name) || allowed.includes(name)
}

/** Reading changes nothing, and its answer stays hidden from other sites. A websocket is more than reading. */
function isDeed({ method = 'GET', headers }: Asked): boolean {
  return !['GET', 'HEAD'].includes(method) || headers.upgrade !== undefined
}

/** What sends neither header is no browser. */
function isCrossSite({ headers }: Asked): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'cross-site'
  const { origin } = headers
  if (origin === undefined) return false
  const from = URL.canParse(origin) ? new URL(origin).hostname : ''
  return from !== hostnameOf(headers.host ?? '')
}

function hostnameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
}

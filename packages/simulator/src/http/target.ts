/** Reads the target that a request line names: a client may send anything there. */
import type { IncomingMessage } from 'node:http'

const base = 'http://127.0.0.1'

/** Undefined for what is no path, such as `//`. */
export function targetOf({ url = '/' }: IncomingMessage): URL | undefined {
  try {
    return new URL(url, base)
  } catch {
    return undefined
  }
}

// Owns reading a request's body: raw bytes, once, and never past the limit.
import { EngineError } from '../../errors.ts'

function tooLarge(bytesMax: number): EngineError {
  return new EngineError('BODY_TOO_LARGE', `the body is larger than ${bytesMax} bytes`)
}

function declaredBytes(request: Request): number {
  const header = request.headers.get('content-length')
  return header !== null && /^[0-9]{1,15}$/.test(header) ? Number(header) : 0
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (only !== undefined && chunks.length === 1) return only
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/**
 * Reads the body as the bytes that came over the wire. A declared length over the limit is refused
 * before the first byte; without one, reading stops with the chunk that passes the limit.
 *
 * @throws EngineError `BODY_PARSED` when something read it before, `BODY_TOO_LARGE`, or
 * `BODY_INCOMPLETE` when the sender hung up in the middle.
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array> {
  if (request.bodyUsed || request.body?.locked === true) {
    throw new EngineError('BODY_PARSED', 'the body of this request was read before the route ran')
  }
  if (declaredBytes(request) > bytesMax) throw tooLarge(bytesMax)
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new EngineError('BODY_INCOMPLETE', 'the body ended before its time', { cause })
    })
    if (done) return joined(chunks, size)
    size += value.byteLength
    if (size > bytesMax) {
      // The answer must not wait for a sender that goes on sending.
      reader.cancel().catch(() => undefined)
      throw tooLarge(bytesMax)
    }
    chunks.push(value)
  }
}

/**
 * Reads a JSON body of a browser.
 * @throws EngineError `CONTENT_TYPE_UNSUPPORTED`, `BODY_INVALID` and those of `readBody`.
 */
export async function readJson(request: Request, bytesMax: number): Promise<unknown> {
  // A form of another site can send every other type without asking; JSON needs its preflight.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? '')) {
    throw new EngineError('CONTENT_TYPE_UNSUPPORTED', 'the Content-Type is not application/json')
  }
  const bytes = await readBody(request, bytesMax)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // No cause: the parser's message repeats the text.
    throw new EngineError('BODY_INVALID', 'the body is not JSON in UTF-8')
  }
}

/** Reads the whole body of a request, up to a limit. */
import type { IncomingMessage } from 'node:http'

const bytesMaxUsual = 1024 * 1024

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** By the stream's events, which take a fraction of what iterating over it takes. */
export function readBody(request: IncomingMessage, bytesMax = bytesMaxUsual): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytesMax) chunks.push(chunk)
      // What still comes is read and dropped, or the client would not get to the answer.
      else reject(new BodyTooLarge(`The body exceeds ${bytesMax} bytes.`))
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    // A client that goes away in the middle of its body, too.
    request.on('error', reject)
  })
}

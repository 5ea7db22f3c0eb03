// Owns how tests speak HTTP: whole requests, chunked ones, and raw bytes on a socket.
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Sent chunked, without a content-length. */
  readonly chunks?: readonly Uint8Array[]
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** The stable code of an error's answer. */
export const codeOf = (answer: Answer): unknown => JSON.parse(answer.text).error?.code

export type Send = (sent: Sent) => Promise<Answer>

const TIMEOUT_MS = 5_000

export function sendOverHttp(origin: string): Send {
  return ({ method, path, headers = {}, body, chunks }) =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.byteLength) }
      const options = { method, headers: { ...length, ...headers }, timeout: TIMEOUT_MS }
      const req = httpRequest(`${origin}${path}`, options, (res) => {
        const got: Buffer[] = []
        res.on('data', (chunk: Buffer) => got.push(chunk))
        res.on('error', reject)
        res.on('end', () => {
          const answered = new Headers()
          for (const [name, value] of Object.entries(res.headers)) {
            for (const one of Array.isArray(value) ? value : [value ?? '']) {
              answered.append(name, one)
            }
          }
          const text = Buffer.concat(got).toString('utf8')
          resolve({ status: res.statusCode ?? 0, headers: answered, text })
        })
      })
      req.on('timeout', () => req.destroy(new Error('no answer in time')))
      req.on('error', reject)
      for (const chunk of chunks ?? []) req.write(chunk)
      req.end(body)
    })
}

/** For adapters that have no server of their own. */
export function sendByCall(call: (request: Request) => Promise<Response>): Send {
  return async ({ method, path, headers = {}, body, chunks }) => {
    const parts = chunks ?? (body === undefined ? null : [body])
    const length: Record<string, string> =
      body === undefined ? {} : { 'content-length': String(body.byteLength) }
    const stream =
      parts === null
        ? null
        : new ReadableStream<Uint8Array>({
            start(controller) {
              for (const part of parts) controller.enqueue(part)
              controller.close()
            },
          })
    const request = new Request(`http://shop.test${path}`, {
      method,
      headers: { ...length, ...headers },
      ...(stream === null ? {} : { body: stream, duplex: 'half' }),
    })
    const response = await call(request)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

/** Sends bytes as they are and never ends by itself; resolves to what came back first. */
export function sendRaw(origin: string, head: string, endless?: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const socket = connect(Number(port), hostname)
    let sentBytes = 0
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
    const pump = () => {
      // Bounded, so that a server that never stops reading fails the test and not the machine.
      while (endless !== undefined && sentBytes < 64 * 1_048_576 && !socket.destroyed) {
        sentBytes += endless.byteLength
        if (!socket.write(endless)) return
      }
    }
    socket.on('connect', () => {
      socket.write(head)
      pump()
    })
    socket.on('drain', pump)
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString('latin1'))
    })
    socket.on('error', reject)
  })
}

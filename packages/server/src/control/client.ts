// Owns how the command line reaches an engine: a running server's socket, or one made here.
import { request } from 'node:http'
import { connect } from 'node:net'
import type { Json } from './json.ts'

export interface Answer {
  readonly status: number
  readonly body: Json
}

/** A request to the control routes, wherever the engine is. */
export interface Operator {
  ask(method: 'GET' | 'POST', path: string): Promise<Answer>
  close(): Promise<void>
}

/** The server answers from memory or one query; a minute covers a database that is busy. */
const ASK_TIMEOUT_MS = 60_000

const ANSWER_BYTES_MAX = 64 * 1_048_576

/** Whether a live process answers on this socket; a file without one is a left-over. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export function socketOperator(socketPath: string): Operator {
  return {
    ask: (method, path) =>
      new Promise((resolve, reject) => {
        const sent = request({ socketPath, method, path, timeout: ASK_TIMEOUT_MS }, (response) => {
          const chunks: Buffer[] = []
          let bytes = 0
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > ANSWER_BYTES_MAX) sent.destroy(new Error('the answer is too large'))
            else chunks.push(chunk)
          })
          response.once('error', reject)
          response.once('end', () => {
            try {
              const body: Json = JSON.parse(Buffer.concat(chunks).toString('utf8'))
              resolve({ status: response.statusCode ?? 0, body })
            } catch (error) {
              reject(error)
            }
          })
        })
        sent.once('timeout', () => sent.destroy(new Error('the server did not answer in time')))
        sent.once('error', reject)
        sent.end()
      }),
    close: async () => undefined,
  }
}

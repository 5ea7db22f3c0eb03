/** Accepts the websockets of the CLI, by the session id that they name. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { targetOf } from '../http/target.ts'
import type { Accounts } from '../world/accounts.ts'
import { websocketPath } from './routes.ts'
import type { CliSession, Line } from './session.ts'
import type { CliSessions } from './sessions.ts'

const protocol = 'stripecli-devproxy-v1'
/** A client's frame repeats the payload that it forwarded. */
const frameBytesMax = 8 * 1024 * 1024
/** How a CLI ends that will connect again. */
const isReset = (reason: string): boolean => reason === 'Resetting the connection'
const normalClosure = 1000

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export function createUpgrade(accounts: Accounts): Upgrade {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: frameBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  })
  return (request, socket, head) => {
    // Node leaves an upgraded socket without a listener for errors.
    socket.on('error', () => socket.destroy())
    if (targetOf(request)?.pathname !== websocketPath)
      return refuse(socket, 'There is no websocket here.')
    const found = sessionOf(accounts, String(request.headers['websocket-id'] ?? ''))
    // These words make the CLI authorise anew.
    if (!found) return refuse(socket, 'Unknown WebSocket ID.')
    const { session, sessions } = found
    server.handleUpgrade(request, socket, head, (client) => {
      const line: Line = {
        send: (text) => client.send(text),
        cut: () => client.terminate(),
      }
      client.on('message', (data) => session.receive(data.toString()))
      client.on('error', () => client.terminate())
      client.on('close', (code, reason) => {
        session.disconnected(line)
        if (code === normalClosure && !isReset(reason.toString())) sessions.end(session)
      })
      session.connect(line)
    })
  }
}

function sessionOf(
  accounts: Accounts,
  id: string,
): { session: CliSession; sessions: CliSessions } | undefined {
  for (const { cli } of accounts.all()) {
    const session = cli.find(id)
    if (session) return { session, sessions: cli }
  }
  return undefined
}

function refuse(socket: Duplex, message: string): void {
  const body = JSON.stringify({ error: { message } })
  socket.end(
    [
      'HTTP/1.1 404 Not Found',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

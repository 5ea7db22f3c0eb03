// What the tests of the CLI's channel share: the real CLI as a process that stays, and a websocket client without it.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type CliTarget, spawnCli } from '../conformance/stripe-cli.ts'
import { asRecord, type Bench } from '../support.ts'

/** A folder that goes with the test; the CLI keeps its configuration there. */
export function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cli-channel-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface RunningCli {
  output(): string
  /** Waits until it has printed this. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** As Ctrl+C does. */
  stop(): Promise<void>
}

export function startCli(args: readonly string[], target: CliTarget): RunningCli {
  // A group of its own: npm's script between us and the CLI passes no signal on.
  const child = spawnCli(args, target, { detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  }
  const closed = once(child, 'close')
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGINT')
    }
    await closed
  }
  onTestFinished(stop)
  return {
    output: () => output,
    printed: (pattern) =>
      vi.waitFor(
        () => {
          const found = pattern.exec(output)
          if (!found) throw new Error(`${pattern} was not printed, but:\n${output}`)
          return found
        },
        { timeout: 60_000, interval: 50 },
      ),
    stop,
  }
}

/** Starts `stripe listen` and waits until it listens; answers the secret that it shows. */
export async function startListening(
  args: readonly string[],
  target: CliTarget,
): Promise<RunningCli & { secret: string }> {
  const cli = startCli(['listen', ...args], target)
  const [, secret = ''] = await cli.printed(/webhook signing secret is (whsec_\w+)/)
  return { ...cli, secret }
}

export interface Session {
  readonly id: string
  readonly url: string
  readonly secret: string
}

export async function authorise(
  b: Bench,
  form = 'device_name=desk&websocket_features[]=webhooks&forward_to_url=http://shop/hook',
): Promise<Session> {
  const { body } = await b.call('POST', '/v1/stripecli/sessions', form)
  const feature = String(body.websocket_authorized_feature)
  return {
    id: String(body.websocket_id),
    url: `${body.websocket_url}?websocket_feature=${feature}`,
    secret: String(body.secret),
  }
}

export interface Client {
  readonly socket: WebSocket
  /** Everything that came, but for the variant in the latest version, which a listener drops unless asked. */
  readonly frames: Record<string, unknown>[]
  readonly all: Record<string, unknown>[]
  /** Waits until so many frames are there. */
  came(count: number): Promise<void>
  ack(frame: Record<string, unknown> | undefined): void
  closed(): Promise<void>
}

/** A client that acknowledges nothing by itself. */
export async function connect(session: Session): Promise<Client> {
  const socket = new WebSocket(session.url, 'stripecli-devproxy-v1', {
    headers: { 'websocket-id': session.id },
  })
  onTestFinished(() => socket.terminate())
  const frames: Record<string, unknown>[] = []
  const all: Record<string, unknown>[] = []
  socket.on('message', (data) => {
    const frame = asRecord(JSON.parse(data.toString()))
    all.push(frame)
    if ((asRecord(frame.endpoint).api_version ?? null) === null) frames.push(frame)
  })
  const closed = once(socket, 'close')
  await once(socket, 'open')
  return {
    socket,
    frames,
    all,
    came: (count) =>
      vi.waitFor(
        () => {
          if (frames.length < count) throw new Error(`${frames.length} frames of ${count}`)
        },
        { timeout: 20_000, interval: 10 },
      ),
    ack: (frame) =>
      socket.send(
        JSON.stringify({
          type: 'event_ack',
          event_id: frame && idOf(frame),
          webhook_conversation_id: frame?.webhook_conversation_id ?? '',
          webhook_id: frame?.webhook_id ?? '',
        }),
      ),
    closed: async () => void (await closed),
  }
}

export function payloadOf(frame: Record<string, unknown> | undefined): Record<string, unknown> {
  return asRecord(JSON.parse(String(frame?.event_payload)))
}

function idOf(frame: Record<string, unknown>): unknown {
  return frame.request_log_id ?? payloadOf(frame).id
}

export const named = (b: Bench, name: string) => b.stripe.customers.create({ name })
export const nameOf = (frame: Record<string, unknown> | undefined) =>
  asRecord(asRecord(payloadOf(frame).data).object).name
/** As long as the simulator waits for acknowledgements that a connection did not carry, and a little more. */
export const lateAcksMs = 700

/** The body of a refused upgrade, as the CLI reads it. */
export async function refusal({ url, id }: Session): Promise<{ status: number; body: unknown }> {
  const socket = new WebSocket(url, 'stripecli-devproxy-v1', { headers: { 'websocket-id': id } })
  const [, response] = await once(socket, 'unexpected-response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, body: JSON.parse(text) }
}

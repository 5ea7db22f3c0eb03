// A process to be killed: the engine behind a bare HTTP server, told by its environment where to die.
import { createServer } from 'node:http'
import { createEngine, systemTimers } from '@quittance/engine'

const plan = JSON.parse(process.env.CHAOS_PLAN)
const database =
  plan.databaseUrl === null
    ? await (await import('@quittance/engine/storage/pglite')).pglite({ dataDir: plan.dataDir })
    : (await import('@quittance/engine/storage/postgres')).postgres({
        connectionString: plan.databaseUrl,
      })

let passed = 0
/** The nth time that `point` is reached the process is gone, or stopped, without a chance to clean up. */
const reach = async (point) => {
  if (plan.point !== point) return
  passed += 1
  if (passed !== plan.nth) return
  process.kill(process.pid, plan.signal)
  // The signal is delivered a moment later; nothing more may happen until then.
  await systemTimers.sleep(plan.signal === 'SIGKILL' ? 60_000 : 50)
}

const stripe = { session: async () => null, charge: async () => null, event: async () => null }
const engine = createEngine(
  {
    database,
    stripe,
    mode: 'test',
    endpoints: { default: { secrets: [plan.secret] } },
    processor: {
      mode: plan.mode ?? 'resident',
      leaseMs: 600,
      pollMs: 50,
      attemptsMax: 100,
      backoffBaseMs: 20,
      handlerTimeoutMs: 300,
    },
    on: {
      'order.fulfilled': async ({ order, tx }) => {
        await tx.query('insert into public.probe (what) values ($1)', [order.id])
        await reach('handler')
      },
    },
    onStripe: {
      'customer.created': async ({ event, tx }) => {
        await tx.query('insert into public.probe (what) values ($1)', [event.id])
        await reach('handler')
      },
    },
  },
  { crashPoint: reach },
)
await engine.start()
await database.query('create table if not exists public.probe (what text not null)')
for (const id of plan.orders) {
  await database.query(
    `insert into quittance.orders (id, livemode, item_id, quantity, price_id, currency, unit_amount,
       expected_subtotal, session_id, request_scope, request_key, created_at, updated_at)
     values ($1, false, 'poster', 1, 'price_1', 'eur', 1500, 1500, 'cs_' || $1, 'test', $1, now(), now())
     on conflict do nothing`,
    [id],
  )
}

const server = createServer(async (request, response) => {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  if (request.url === '/state') {
    const live = await database.query(
      `select count(*)::integer as n from quittance.dispatch where state in ('ready', 'waiting')`,
    )
    const probe = await database.query('select what from public.probe')
    const bad = await database.query(
      `select seq::text, state, reason from quittance.dispatch where state in ('dead', 'quarantined')`,
    )
    response.end(JSON.stringify({ live: live[0].n, probe: probe.map((row) => row.what), bad }))
    return
  }
  try {
    const signature = request.headers['stripe-signature']
    await engine.receive({ endpoint: 'default', body, signature })
    response.writeHead(200).end()
  } catch (error) {
    response.writeHead(error.status ?? 500).end()
  }
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`)
})
process.on('SIGTERM', async () => {
  server.close()
  await engine.stop()
  await database.close()
  process.exit(0)
})

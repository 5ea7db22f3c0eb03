// Owns `catalog diff` and `catalog push`: the configuration's catalogue against Stripe.
import {
  type CatalogueRow,
  type CatalogueSync,
  createCatalogueSync,
  type PushedRow,
} from '@quittance/engine'
import { createStripe } from '../../compose.ts'
import { loadStripeConfig } from '../../config/config.ts'
import { toJson } from '../../control/json.ts'
import { type Command, type ExitCode, type Invocation, textOption } from '../command.ts'
import { OPERATOR_OPTIONS } from '../operator.ts'
import { cellOf, field, renderTable } from '../output.ts'

/** Neither server nor database: what is compared is the file and the account of the key. */
async function connect({ environment, directory, options }: Invocation): Promise<CatalogueSync> {
  const configPath = textOption(options, 'config')
  const config = await loadStripeConfig({ environment, directory, configPath })
  const { catalogue = {}, billing = {} } = config.app
  const stripe = createStripe(config.apiKey, config.apiBase)
  return createCatalogueSync({ catalogue, billing, stripe })
}

type Row = CatalogueRow & Partial<Pick<PushedRow, 'created'>>

const isWrong = (row: Row): boolean => row.state !== 'same'

/** What a person should know of a row, in words. */
function notesOf({ state, differences, priceId, created = [] }: Row): string {
  const made = created.length === 0 ? [] : [`created ${created.join(' and ')}`]
  const found = differences.map((each) =>
    each.field === 'define'
      ? 'no define in the catalogue: push cannot make it'
      : `${each.field}: catalogue ${cellOf(each.catalogue)}, Stripe ${cellOf(each.stripe)}`,
  )
  const missing = state !== 'missing' || found.length > 0 ? [] : [missingNote(priceId)]
  return [...made, ...found, ...missing].join('; ')
}

const missingNote = (priceId: string | null): string =>
  priceId === null ? 'push makes it' : 'no such price: correct its id in the catalogue'

function report({ options, print }: Invocation, rows: readonly Row[]): ExitCode {
  if (options.json === true) print(`${toJson(rows, 2)}\n`)
  else {
    const shown = rows.map(({ itemId, state, priceId, ...rest }) => ({
      itemId,
      state,
      priceId,
      notes: notesOf({ itemId, state, priceId, ...rest }),
    }))
    const columns = [
      field('itemId', 'item'),
      field('state'),
      field('priceId', 'price'),
      field('notes'),
    ]
    print(renderTable(columns, shown, 'The catalogue is empty.'))
  }
  return rows.some(isWrong) ? 1 : 0
}

export const catalogDiff: Command = {
  name: 'catalog diff',
  summary: 'Compare the catalogue with the prices and products at Stripe; exit code 1 on drift',
  arguments: [],
  options: OPERATOR_OPTIONS,
  examples: ['quittance catalog diff', 'quittance catalog diff --json'],
  async run(invocation) {
    const sync = await connect(invocation)
    return report(invocation, await sync.diff())
  },
}

export const catalogPush: Command = {
  name: 'catalog push',
  summary: 'Make the missing products and prices at Stripe; what is there is never changed',
  arguments: [],
  options: OPERATOR_OPTIONS,
  examples: [
    'quittance catalog push',
    'STRIPE_API_BASE=http://127.0.0.1:4243 quittance catalog push --json',
  ],
  async run(invocation) {
    const sync = await connect(invocation)
    return report(invocation, await sync.push())
  },
}

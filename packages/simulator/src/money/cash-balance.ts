/** The routes of customers' cash balances, and the test helper that sends money to one. */
import type { Stripe } from 'stripe'
import type { CashTransaction } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam, noSuch, notSimulated } from '../http/errors.ts'
import { integer, required, text } from '../http/params.ts'
import { api, inPath, page, type Route } from '../http/route.ts'
import { reconcileCash } from '../payments/bank-transfers.ts'
import { cashBalanceOf, cashRow, moveCash } from '../payments/cash-balance.ts'
import {
  financialAddresses,
  type TransferType,
  transferTypeOf,
} from '../payments/transfer-instructions.ts'
import type { Stored } from '../wire.ts'

const path = '/v1/customers/:id'

/** What the bank tells of a transfer and its sender. */
function arrival(type: TransferType, reference: string | null): CashTransaction['funded'] {
  const sender_name = 'Test Sender'
  switch (type) {
    case 'eu_bank_transfer':
      return {
        bank_transfer: {
          eu_bank_transfer: { bic: 'SIMUDEFFXXX', iban_last4: '3201', sender_name },
          reference,
          type,
        },
      }
    case 'gb_bank_transfer':
      return {
        bank_transfer: {
          gb_bank_transfer: { account_number_last4: '2345', sender_name, sort_code: '108800' },
          reference,
          type,
        },
      }
    case 'jp_bank_transfer':
      return {
        bank_transfer: {
          jp_bank_transfer: { sender_bank: 'TEST BANK', sender_branch: 'TEST BRANCH', sender_name },
          reference,
          type,
        },
      }
    case 'us_bank_transfer':
      return {
        bank_transfer: { reference, type, us_bank_transfer: { network: 'ach', sender_name } },
      }
    default:
      return { bank_transfer: { reference, type } }
  }
}

function typeFor(currency: string): TransferType {
  const type = transferTypeOf(currency)
  if (type) return type
  throw badParam(`The currency ${currency} cannot be sent by bank transfer.`, 'currency')
}

/** Money has arrived: it pays what waits for it, and `funds_available` tells of what is left. */
function receive(
  tx: Transaction,
  customer: string,
  move: { readonly amount: number; readonly currency: string },
  reference: string | null,
): CashTransaction {
  const funded = arrival(typeFor(move.currency), reference)
  const received = moveCash(tx, customer, move, { type: 'funded', ...(funded && { funded }) })
  const isManual = cashRow(tx, customer).mode === 'manual'
  if (isManual || reconcileCash(tx, customer, move.currency)) {
    tx.emit('cash_balance.funds_available', cashBalanceOf(tx, customer))
  }
  return received
}

/** stripe-node's types know the instructions of these two alone. */
function fundingInstructions(
  customer: string,
  currency: string,
  country: string | undefined,
): Stored<Stripe.FundingInstructions> {
  const type = typeFor(currency)
  if (type !== 'eu_bank_transfer' && type !== 'jp_bank_transfer') {
    throw notSimulated(`funding instructions for ${type}`, 'bank_transfer[type]')
  }
  return {
    object: 'funding_instructions',
    bank_transfer: {
      country: type === 'jp_bank_transfer' ? 'JP' : (country ?? 'DE'),
      financial_addresses: financialAddresses(type, customer),
      type,
    },
    currency,
    funding_type: 'bank_transfer',
    livemode: false,
  }
}

export const cashBalanceRoutes: readonly Route[] = [
  api(`GET ${path}/cash_balance`, ({ tx, ids }) =>
    cashBalanceOf(tx, inPath(tx, 'customer', ids[0]).id),
  ),
  api(`POST ${path}/cash_balance`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const mode = params.settings?.reconciliation_mode
    if (mode !== undefined) {
      const isMerchantDefault = mode === 'merchant_default'
      tx.db.put('cash_balance_row', {
        ...cashRow(tx, id),
        mode: mode === 'manual' ? 'manual' : 'automatic',
        isMerchantDefault,
      })
    }
    return cashBalanceOf(tx, id)
  }),
  api(`GET ${path}/cash_balance_transactions`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const rows = tx.db.where('customer_cash_balance_transaction', 'customer', id)
    return page(rows, `/v1/customers/${id}/cash_balance_transactions`, params)
  }),
  api(`GET ${path}/cash_balance_transactions/:id`, ({ tx, ids }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const row = inPath(tx, 'customer_cash_balance_transaction', ids[1])
    if (row.customer === id) return row
    throw noSuch('customer_cash_balance_transaction', row.id, 'id', 404)
  }),
  api(`POST ${path}/funding_instructions`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    const currency = readCurrency(params.currency, 'currency')
    return fundingInstructions(id, currency, params.bank_transfer.eu_bank_transfer?.country)
  }),
  api(
    'POST /v1/test_helpers/customers/:id/fund_cash_balance',
    ({ tx, ids, params }) => {
      const { id } = inPath(tx, 'customer', ids[0])
      const currency = readCurrency(params.currency, 'currency')
      const move = { amount: params.amount, currency }
      return receive(inTimeOf(tx, id), id, move, params.reference ?? null)
    },
    {
      fields: {
        amount: required(integer(1)),
        currency: required(text(3)),
        reference: text(),
      },
    },
  ),
]

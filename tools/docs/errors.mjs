// Owns the table of error codes, as the engine has it.
import { ERRORS } from '../../packages/engine/dist/errors.js'
import { code, table } from './table.mjs'

export const errorTable = () =>
  table(
    ['code', 'status', 'retry may help', 'cure'],
    Object.entries(ERRORS)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, row]) => [code(name), row.status, row.retryable ? 'yes' : 'no', row.cure]),
  )

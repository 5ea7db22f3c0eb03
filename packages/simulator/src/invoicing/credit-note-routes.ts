/** The routes of credit notes. */
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, page, type Route } from '../http/route.ts'
import { draftNote, issueNote, voidNote } from './credit-notes.ts'

const path = '/v1/credit_notes'
const refuses = ['shipping_cost']

export const creditNoteRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => issueNote(tx, params), { refuses }),
  api(`GET ${path}/preview`, ({ tx, params }) => draftNote(tx, params).note, { refuses }),
  api(
    `GET ${path}/preview/lines`,
    ({ tx, params }) => page(draftNote(tx, params).lines, `${path}/preview/lines`, params),
    { refuses },
  ),
  retrieveRoute(`GET ${path}/:id`, 'credit_note'),
  api(`POST ${path}/:id`, ({ tx, ids, params: { memo, metadata } }) =>
    applyUpdate(
      tx,
      'credit_note',
      inPath(tx, 'credit_note', ids[0]),
      { memo },
      metadata,
      'credit_note.updated',
    ),
  ),
  api(`POST ${path}/:id/void`, ({ tx, ids }) => voidNote(tx, inPath(tx, 'credit_note', ids[0]))),
  api(`GET ${path}/:id/lines`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'credit_note', ids[0])
    const lines = tx.db.find('credit_note_secret', id)?.lines ?? []
    return page(lines, `${path}/${id}/lines`, params)
  }),
  listRoute(`GET ${path}`, 'credit_note'),
]

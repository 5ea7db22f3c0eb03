// Owns the reading room: what lies on its table for members, and its polite closed door for others.
import type { FeatureAccess } from '@quittance/engine'
import { html, raw } from 'hono/html'
import { FEATURES, MEMBERSHIP_NAME } from '../../plans.ts'
import { type Html, page } from '../layout.ts'
import { ROOM_ART } from './art.ts'
import { REASONS } from './words.ts'

interface Piece {
  readonly kind: string
  readonly title: string
  readonly text: string
}

const PIECES: readonly Piece[] = [
  {
    kind: 'An essay',
    title: 'On the margin',
    text: 'A margin is the part of a page that was left for you. Printers of old gave it a third of the sheet, and nobody called it waste. What we write there is never finished, and that is its use: it answers.',
  },
  {
    kind: 'A letter',
    title: 'From the lighthouse, in March',
    text: 'The post comes twice a week if the sea allows it. I have learnt to write slowly, since nothing I say can be there before Thursday. You would be surprised how many sentences do not last until then.',
  },
  {
    kind: 'A list',
    title: 'Seven things to do with one sheet',
    text: 'A boat. A bill. A map to the baker. A letter that is not sent. A funnel for seeds. A hat, for one afternoon. And, folded three times, the stillness of a table that no longer rocks.',
  },
]

const LETTERS: readonly Piece[] = [
  {
    kind: '1974',
    title: 'The first letter to members',
    text: 'We have eleven chairs and fourteen members, so please be late.',
  },
  {
    kind: '1988',
    title: 'On the new lamps',
    text: 'They are brighter than we thought. We have asked the books to forgive us.',
  },
]

const pieceArticle = ({ kind, title, text }: Piece): Html =>
  html`<article class="piece"><p class="eyebrow">${kind}</p><h2>${title}</h2><p>${text}</p></article>`

/** What is open has been asked of the engine, feature by feature. */
export function readingRoomPage(isArchiveOpen: boolean, simulatorUrl: string): Html {
  const archive = html`<section class="sheet archive${isArchiveOpen ? '' : ' shut'}" aria-labelledby="archive-title">
<div class="art">${raw(ROOM_ART.archive)}</div><div class="within"><p class="eyebrow">Since 1974</p>
<h2 id="archive-title">${FEATURES.letters_archive.name}</h2>${
    isArchiveOpen
      ? html`<div class="pieces">${LETTERS.map(pieceArticle)}</div>`
      : html`<p class="lead">The cabinet in the corner is locked. Members by the year have its key.</p>`
  }</div></section>`
  return page(
    { title: 'The reading room', simulatorUrl, here: 'membership' },
    html`<section class="offer inside"><div class="art">${raw(ROOM_ART.openDoor)}</div>
<div class="about"><p class="eyebrow">${MEMBERSHIP_NAME}</p><h1>Come in, and sit down</h1>
<p class="lead">This week on the table: an essay, a letter and a list.</p>
<p><a href="/membership">Your membership</a></p></div></section>
<div class="pieces">${PIECES.map(pieceArticle)}</div>${archive}`,
  )
}

/** Null for a stranger: the door does not know whom it is closed to. */
export function closedDoorPage(access: FeatureAccess | null, simulatorUrl: string): Html {
  const why =
    access === null
      ? html`We do not know you yet. Members come in at any hour.`
      : html`${REASONS[access.reason](access.until)} <code>${access.because}</code>`
  return page(
    { title: 'The door is closed', simulatorUrl, here: 'membership' },
    html`<section class="offer closed"><div class="art">${raw(ROOM_ART.closedDoor)}</div>
<div class="about"><p class="eyebrow">${FEATURES.reading_room.name}</p><h1>The door is closed</h1>
<p class="lead" data-because>${why}</p>
<p><a class="button" href="/membership">${access === null ? 'Become a member' : 'See to your membership'}</a></p></div></section>`,
  )
}

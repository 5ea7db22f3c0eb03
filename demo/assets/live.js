// Owns the live order: asks our own server how far it is, and shows each change when it arrives.

const FIRST_MS = 800
const LAST_MS = 5_000
const GROWTH = 1.04

const section = document.querySelector('[data-live]')
const isFinal = () => section.querySelector('.progress')?.dataset.final === 'true'

/** What is shown: an order's status says it all, other pages say more. */
const versionOf = ({ dataset }) => dataset.version ?? dataset.status

/** For those who listen: a part that was replaced as a whole is not always read out. */
function tell(shown) {
  const said = section.querySelector('[data-said]')
  if (said === null) return
  const words = [...shown.querySelectorAll('h1, .lead')].map((part) => part.textContent)
  said.textContent = words.join('. ')
}

/** Our own database answers this one, so it may be asked often. */
async function refreshOwnOrder(url) {
  const response = await fetch(url)
  if (!response.ok) return
  const text = await response.text()
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('.progress')
  if (next === null || versionOf(next) === versionOf(section.querySelector('.progress'))) return
  // The history below it has grown too: that page is shown anew as a whole.
  if (document.querySelector('.history') !== null) return location.reload()
  section.dataset.status = next.dataset.status
  const focused = section.contains(document.activeElement) ? document.activeElement.id : ''
  section.querySelector('.progress').replaceWith(next)
  // Whoever works by keyboard stays where they were.
  if (focused !== '') document.getElementById(focused)?.focus()
  tell(next)
  if (next.dataset.version !== undefined) return
  document.title = document.title.replace(/^[^·]*/, `${next.querySelector('h1').textContent} `)
}

/** Without proof of being the buyer there is only the status; a change shows the page anew. */
async function refreshStatus() {
  const response = await fetch(location.href, { headers: { accept: 'application/json' } })
  if (!response.ok) return
  const { status } = await response.json()
  if (status !== section.dataset.status) location.reload()
}

function follow(waitMs) {
  if (isFinal()) return
  setTimeout(async () => {
    const url = section.dataset.live
    await (url === '' ? refreshStatus() : refreshOwnOrder(url)).catch(() => undefined)
    follow(Math.min(waitMs * GROWTH, LAST_MS))
  }, waitMs)
}

if (section !== null) follow(FIRST_MS)

// Owns the live order: asks our own server how far it is, and shows each change when it arrives.

const FIRST_MS = 800
const LAST_MS = 5_000
const GROWTH = 1.04

const section = document.querySelector('[data-live]')
const isFinal = () => section.querySelector('.progress')?.dataset.final === 'true'

/** Our own database answers this one, so it may be asked often. */
async function refreshOwnOrder(url) {
  const response = await fetch(url)
  if (!response.ok) return
  const text = await response.text()
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('.progress')
  if (next === null || next.dataset.status === section.dataset.status) return
  // The history below it has grown too: that page is shown anew as a whole.
  if (document.querySelector('.history') !== null) return location.reload()
  section.dataset.status = next.dataset.status
  section.querySelector('.progress').replaceWith(next)
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

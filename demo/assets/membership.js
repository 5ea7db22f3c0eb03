// Owns what a member's page does beyond its forms: the way to the billing portal, and waiting.

const live = document.querySelector('[data-live]')

const MESSAGES = {
  STRIPE_UNAVAILABLE: 'The payment service cannot be reached just now. Please try again.',
  STRIPE_TIMEOUT: 'The payment service takes too long just now. Please try again.',
  SIGN_IN_REQUIRED: 'You are signed out. Please load this page again.',
}
const OTHERWISE = 'That did not work. Please try again.'

/** By script, for a form may lead only to pages of our own. */
async function portalUrl() {
  const response = await fetch('/api/billing/portal-session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ returnPath: '/membership' }),
  })
  const answer = await response.json()
  if (response.ok) return answer.url
  throw new Error(MESSAGES[answer.error?.code] ?? OTHERWISE)
}

async function openPortal(button) {
  if (button.getAttribute('aria-disabled') === 'true') return
  const notice = document.querySelector('[data-portal-notice]')
  button.setAttribute('aria-disabled', 'true')
  notice.hidden = true
  try {
    location.assign(await portalUrl())
  } catch (error) {
    const isOurs = error instanceof Error && !(error instanceof TypeError)
    notice.textContent = isOurs ? error.message : OTHERWISE
    notice.hidden = false
    button.setAttribute('aria-disabled', 'false')
  }
}

// The page shows itself anew while it is open: what it listens to is the document.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-portal]')
  if (button !== null) void openPortal(button)
})

/** Weeks take a moment; a second click would let them pass twice. */
document.addEventListener('submit', (event) => {
  if (event.target.closest('form.scenes') === null) return
  if (live.dataset.busy === 'true') return event.preventDefault()
  live.dataset.busy = 'true'
  document.querySelector('[data-said]').textContent = 'Time passes.'
})

addEventListener('pageshow', () => {
  delete live.dataset.busy
  document.querySelector('[data-portal]')?.removeAttribute('aria-disabled')
})

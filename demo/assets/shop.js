// Owns the buy buttons: asks our server for a payment page and goes there, or says why not.

const MESSAGES = {
  STRIPE_UNAVAILABLE:
    'The payment service cannot be reached just now. Nothing was charged; please try again.',
  STRIPE_TIMEOUT:
    'The payment service takes too long just now. Nothing was charged; please try again.',
  STORE_UNAVAILABLE: 'Our shop is short of breath. Nothing was charged; please try again.',
  SUBSCRIPTION_EXISTS:
    'You are a member already, so nothing was charged. Load this page again to see your membership.',
  SIGN_IN_REQUIRED: 'Please sign in first. Nothing was charged.',
  NOT_STARTED: 'Our shop is just opening. Please try again in a moment.',
}
const OTHERWISE = 'That did not work. Nothing was charged; please try again.'

/** One key per form and choice: a second click, or a retry, can never become a second order. */
const keys = new Map()

function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function keyFor(itemId, quantity) {
  const choice = `${itemId} ${quantity}`
  if (!keys.has(choice)) keys.set(choice, freshKey())
  return keys.get(choice)
}

async function startCheckout(itemId, quantity) {
  const response = await fetch('/api/checkout/create-session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': keyFor(itemId, quantity) },
    body: JSON.stringify({ itemId, quantity }),
  })
  const answer = await response.json()
  if (response.ok) return answer.url
  throw new Error(MESSAGES[answer.error?.code] ?? OTHERWISE)
}

async function buy(form) {
  const button = form.querySelector('button')
  const notice = form.querySelector('.notice')
  if (button.getAttribute('aria-disabled') === 'true') return
  button.setAttribute('aria-disabled', 'true')
  notice.hidden = true
  try {
    location.assign(await startCheckout(form.dataset.item, Number(form.elements.quantity.value)))
  } catch (error) {
    const isOurs = error instanceof Error && !(error instanceof TypeError)
    notice.textContent = isOurs ? error.message : OTHERWISE
    notice.hidden = false
    button.setAttribute('aria-disabled', 'false')
  }
}

// By the document, for a live page replaces its forms.
document.addEventListener('submit', (event) => {
  const form = event.target.closest('form.buy')
  if (form === null) return
  event.preventDefault()
  void buy(form)
})

// Coming back with the browser's arrow shows the page as it was left: a new purchase is a new order.
addEventListener('pageshow', () => {
  keys.clear()
  for (const button of document.querySelectorAll('form.buy button')) {
    button.setAttribute('aria-disabled', 'false')
  }
})

// Owns what a buyer does: choosing in the shop, typing on the payment page, reading the order.
import type { Page } from 'playwright-core'

export interface Card {
  readonly number: string
  readonly expiry?: string
  readonly cvc?: string
}

/** From the shop window to the payment page. */
export async function choose(
  page: Page,
  shopUrl: string,
  itemId: string,
  quantity = 1,
): Promise<void> {
  await page.goto(shopUrl)
  const form = page.locator(`form.buy[data-item="${itemId}"]`)
  await form.locator('select').selectOption(String(quantity))
  await form.getByRole('button').click()
  await page.waitForURL(/\/c\/pay\/cs_test_/)
}

export async function fillCard(page: Page, { number, expiry, cvc }: Card): Promise<void> {
  const email = page.locator('[name=email]')
  const asks = (await email.count()) > 0 && (await email.isEditable())
  if (asks) await email.fill('jenny@example.com')
  await page.locator('[name=cardNumber]').fill(number)
  await page.locator('[name=cardExpiry]').fill(expiry ?? '12 / 34')
  await page.locator('[name=cardCvc]').fill(cvc ?? '123')
  await page.locator('[name=billingName]').fill('Jenny Rosen')
  await page.locator('[name=postalCode]').fill('10001')
}

export const pay = (page: Page) => page.getByRole('button', { name: /^Pay/ }).click()

/** The state that the live page shows now. */
export const shownStatus = (page: Page) => page.locator('.progress').getAttribute('data-status')

export const reached = (page: Page, status: string) =>
  page.locator(`.progress[data-status="${status}"]`).waitFor({ timeout: 15_000 })

/** The demo's sign-in: a made-up name, and nothing else. */
export async function signIn(page: Page, shopUrl: string, name: string): Promise<void> {
  await page.goto(`${shopUrl}/membership`)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText(`Signed in as ${name}`).waitFor()
}

/** From the member's page to the payment page of a plan. */
export async function choosePlan(page: Page, itemId: string): Promise<void> {
  await page.locator(`form.buy[data-item="${itemId}"]`).getByRole('button').click()
  await page.waitForURL(/\/c\/pay\/cs_test_/)
}

export const subscribe = (page: Page) =>
  page.getByRole('button', { name: /^(Subscribe|Start trial)/ }).click()

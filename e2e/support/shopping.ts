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
  if (await email.isEditable()) await email.fill('jenny@example.com')
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

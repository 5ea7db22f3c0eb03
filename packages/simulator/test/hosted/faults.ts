// What a page would be hard to use for: names, headings, ids, contrast, width. Runs in the page itself.
import type { Page } from 'playwright-core'

/** Contrast as WCAG 2 counts it, of every text against the nearest background that is painted behind it. */
const inPage = `(() => {
  const faults = []
  const channel = (value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4 }
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const numbers = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number)
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = numbers(getComputedStyle(at).backgroundColor)
      if (color.length === 3 || color[3] > 0.9) return color
    }
    return [255, 255, 255]
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const text = walker.currentNode.textContent.trim()
    if (!text || !element.checkVisibility() || element.closest('script,style,svg,.hidden')) continue
    const style = getComputedStyle(element)
    const pair = [light(numbers(style.color)), light(behind(element))].sort((a, b) => b - a)
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05)
    const size = parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) faults.push('contrast ' + ratio.toFixed(2) + ': ' + text.slice(0, 40))
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push('id twice: ' + id)
  for (const name of ['aria-labelledby', 'aria-describedby']) {
    for (const element of document.querySelectorAll('[' + name + ']')) {
      for (const id of element.getAttribute(name).split(' ')) if (!document.getElementById(id)) faults.push(name + ' of nothing: ' + id)
    }
  }
  if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1')
  if (!document.title || !document.documentElement.lang) faults.push('no title or no lang')
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main')
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the window')
  return faults
})()`

/** Empty when the page is as it should be. */
export async function faultsOf(page: Page): Promise<string[]> {
  const found: string[] = await page.evaluate(inPage)
  const snapshot = (await page.locator('body').ariaSnapshot()).split('\n')
  const controls = snapshot.filter((line) =>
    /- (textbox|radio|checkbox|combobox|spinbutton|button|link|table)\b/.test(line),
  )
  const nameless = controls.filter((line) => !/- \w+ "[^"]+"/.test(line))
  return [...found, ...nameless.map((line) => `no name: ${line.trim()}`)]
}

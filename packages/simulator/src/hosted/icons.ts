/** The few drawings of the hosted pages, inline so that nothing is fetched. */
import { trusted } from './html.ts'

export const arrowLeft = trusted(
  '<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M13 8H3m4.5-4.5L3 8l4.5 4.5"/></svg>',
)

export const tag = trusted(
  '<svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" aria-hidden="true"><path d="M8.5 1.5h6v6L8 14 2 8z"/><circle cx="11.3" cy="4.7" r=".9" fill="currentColor" stroke="none"/></svg>',
)

export const download = trusted(
  '<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M8 2v8m-3.5-3L8 10.5 11.5 7M2.5 13.5h11"/></svg>',
)

const drawn = (path: string) =>
  trusted(
    `<svg width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`,
  )

export const tick = drawn('<path d="m5 12.5 4.5 4.5L19 7.5"/>')
export const clock = drawn('<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>')
export const shield = drawn('<path d="M12 3.5 5 6v5.5c0 4.3 2.9 7.6 7 9 4.1-1.4 7-4.7 7-9V6z"/>')
export const question = drawn(
  '<path d="M9 9.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2.1"/><path d="M12 17.6v.1"/>',
)

const chip = (inner: string) =>
  `<svg width="32" height="22" viewBox="0 0 32 22"><rect x=".5" y=".5" width="31" height="21" rx="3.5" fill="#fff" stroke="#d8dde6"/>${inner}</svg>`
const word = (text: string, fill: string) =>
  `<text x="16" y="14.4" text-anchor="middle" font-family="Arial,Helvetica,sans-serif" font-size="8.4" font-weight="700" fill="${fill}">${text}</text>`

export const cardBrands = trusted(
  `<span class="brands" aria-hidden="true">${[
    chip(word('VISA', '#1a3a8f')),
    chip(
      '<circle cx="13" cy="11" r="5.4" fill="#d8342b"/><circle cx="19" cy="11" r="5.4" fill="#f0a02c" fill-opacity=".88"/>',
    ),
    chip(word('AMEX', '#1f72b8')),
  ].join('')}</span>`,
)

// Goal: a name in a cookie is one user, and nothing that is no name becomes one.
// Method: requests with cookies, as browsers send them.
import { describe, expect, it } from 'vitest'
import { nameCookie, readName, signIn } from '../src/sign-in.ts'

const memberOf = signIn('bpc_1ABCwxYZ')

const withCookie = (cookie: string) =>
  memberOf(new Request('http://127.0.0.1:4242/membership', { headers: { cookie } }))

/** What a browser sends back of what it was given. */
const cameBack = (name: string) => withCookie(nameCookie(name).split(';')[0] ?? '')

describe('the sign-in', () => {
  it('knows who came back, however the name was typed', () => {
    expect(cameBack('Ada Lovelace')).toEqual({
      name: 'Ada Lovelace',
      identity: { userId: 'ada-lovelace.wxyz', email: 'ada-lovelace@example.com' },
    })
    expect(cameBack('  ada   LOVELACE ')?.identity.userId).toBe('ada-lovelace.wxyz')
    expect(cameBack('Zoë')?.identity).toEqual({ userId: 'zoe.wxyz', email: 'zoe@example.com' })
    expect(cameBack('明子')?.identity).toEqual({ userId: '明子.wxyz' })
  })

  it('is of this simulated account: a fresh one knows nobody', () => {
    const cookie = nameCookie('Ada').split(';')[0] ?? ''
    const request = new Request('http://127.0.0.1:4242/', { headers: { cookie } })
    expect(signIn('bpc_2other')(request)?.identity.userId).not.toBe(
      memberOf(request)?.identity.userId,
    )
  })

  it('takes no name that is none', () => {
    for (const wrong of ['', ' ', '<b>', 'a\u0000b', '-', 'x'.repeat(41), 'a;b', 7, null]) {
      expect(readName(wrong)).toBeNull()
    }
    for (const cookie of [
      '',
      'harbour_visitor=',
      'harbour_visitor=%3Cb%3E',
      'harbour_visitor=%E0%A4%A',
    ]) {
      expect(withCookie(cookie)).toBeNull()
    }
  })

  it('ends with the cookie', () => {
    expect(nameCookie(null)).toMatch(/^harbour_visitor=; .*Max-Age=0/)
  })
})

// Goal: forms decode to the same tree whichever of Stripe's array styles and orders a client uses.
import { describe, expect, test } from 'vitest'
import { canonicalForm, decodeForm, FormError } from '../../src/http/form.ts'
import { integer, list, readFields, shape, text } from '../../src/http/params.ts'

const fields = { items: list(shape({ price: text(), quantity: integer() })), tags: list(text()) }

describe('array styles', () => {
  test.each([
    ['indexed', 'items[0][price]=a&items[0][quantity]=1&items[1][price]=b&tags[0]=x&tags[1]=y'],
    [
      'indexed backwards',
      'tags[1]=y&tags[0]=x&items[1][price]=b&items[0][quantity]=1&items[0][price]=a',
    ],
    ['bracketed', 'items[][price]=a&items[][quantity]=1&items[][price]=b&tags[]=x&tags[]=y'],
    [
      'percent-encoded',
      'items%5B0%5D%5Bprice%5D=a&items%5B0%5D%5Bquantity%5D=1&items%5B1%5D%5Bprice%5D=b&tags%5B%5D=x&tags%5B%5D=y',
    ],
  ])('%s', (_, form) => {
    expect(readFields(fields, decodeForm(form), '')).toEqual({
      items: [{ price: 'a', quantity: 1 }, { price: 'b' }],
      tags: ['x', 'y'],
    })
  })
})

test.each(['tags[1]=x&tags[]=y', 'tags[0]=x&tags[5]=y&tags[]=z', 'tags[]=x&tags[7]=y&tags[]=z'])(
  '%s keeps all its elements',
  (form) => {
    const expected = form.split('&').map((pair) => pair.split('=')[1])
    expect(readFields(fields, decodeForm(form), '').tags).toEqual(expected)
  },
)

test('plus and percent escapes decode', () => {
  expect(decodeForm('name=J%C3%BCrgen+M').get('name')).toBe('Jürgen M')
})

test('a key that names an object member of JavaScript is only a key', () => {
  const form = decodeForm('__proto__[x]=1&metadata[constructor]=y')
  expect(form.has('__proto__')).toBe(true)
  expect(Object.hasOwn({}, 'x')).toBe(false)
})

test('the canonical text does not depend on the order on the wire', () => {
  expect(canonicalForm(decodeForm('a=1&b[x]=2&b[y]=3'))).toBe(
    canonicalForm(decodeForm('b[y]=3&b[x]=2&a=1')),
  )
  expect(canonicalForm(decodeForm('a=1'))).not.toBe(canonicalForm(decodeForm('a=2')))
})

test.each([
  ['broken percent-encoding', 'a=%ZZ'],
  ['too deep', `a${'[b]'.repeat(20)}=1`],
  ['too many', Array.from({ length: 5001 }, (_, i) => `k${i}=1`).join('&')],
])('%s is refused', (_, form) => {
  expect(() => decodeForm(form)).toThrow(FormError)
})

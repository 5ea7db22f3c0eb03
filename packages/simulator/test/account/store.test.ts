// The store's indexes and order hold through any sequence of changes, kept or undone, and through a dump.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Store } from '../../src/account/store.ts'
import type { Tombstone } from '../../src/account/tables.ts'

type Step =
  | { readonly do: 'put'; readonly id: string; readonly object: string }
  | { readonly do: 'remove'; readonly id: string }

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('put' as const), id, object: fc.constantFrom('x', 'y') }),
  fc.record({ do: fc.constant('remove' as const), id }),
)
const transaction = fc.record({ steps: fc.array(step), fails: fc.boolean() })

function apply(store: Store, steps: readonly Step[]): void {
  for (const one of steps) {
    if (one.do === 'remove') store.remove('tombstone', one.id)
    else store.put('tombstone', { id: one.id, object: one.object, deleted: true })
  }
}

const seen = (store: Store) => ({
  all: store.all('tombstone'),
  x: store.where('tombstone', 'object', 'x'),
  y: store.where('tombstone', 'object', 'y'),
})

test('an index finds what a scan finds, and a rolled-back transaction leaves no trace', () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 8 }), (transactions) => {
      const store = new Store()
      // The index exists from the start, so that every change has to keep it.
      seen(store)
      for (const { steps, fails } of transactions) {
        const before = seen(store)
        try {
          store.atomically(
            () => {
              apply(store, steps)
              if (fails) throw new Error('rolled back')
            },
            () => false,
          )
        } catch {
          expect(seen(store)).toEqual(before)
        }
        const { all, x, y } = seen(store)
        const named = (object: string) => all.filter((row: Tombstone) => row.object === object)
        expect({ x, y }).toEqual({ x: named('x'), y: named('y') })
        for (const [at, { id: from }] of all.entries()) {
          expect([...store.older('tombstone', from)]).toEqual(all.slice(at + 1))
          expect([...store.newer('tombstone', from)]).toEqual(all.slice(0, at).reverse())
        }
      }
      const copy = new Store()
      copy.load(JSON.parse(JSON.stringify(store.dump())))
      expect(seen(copy)).toEqual(seen(store))
    }),
  )
})

test('newest first, and a change does not make a row newer', () => {
  const store = new Store()
  apply(store, [
    { do: 'put', id: 'a', object: 'x' },
    { do: 'put', id: 'b', object: 'x' },
    { do: 'put', id: 'a', object: 'y' },
  ])
  expect(store.all('tombstone').map((row) => row.id)).toEqual(['b', 'a'])
  expect(store.count('tombstone')).toBe(2)
})

test('rows come back to their places after most of a long shelf was removed', () => {
  const store = new Store()
  const ids = Array.from({ length: 500 }, (_, at) => `row_${at}`)
  const steps = (name: 'put' | 'remove', from: number) =>
    ids.slice(from).map((one) => ({ do: name, id: one, object: 'x' }))
  apply(store, steps('put', 0))
  const before = store.all('tombstone')
  expect(() =>
    store.atomically(
      () => {
        apply(store, steps('remove', 10))
        apply(store, steps('put', 490))
        throw new Error('rolled back')
      },
      () => false,
    ),
  ).toThrow('rolled back')
  expect(store.all('tombstone')).toEqual(before)
  apply(store, steps('remove', 10))
  expect([...store.newer('tombstone', 'row_5')].map((row) => row.id)).toEqual(ids.slice(6, 10))
})

/** The fields that rows hold and Stripe shows only to callers who ask by `expand`. */

const hidden: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['customer', ['tax']],
  ['coupon', ['applies_to', 'currency_options']],
  ['price', ['currency_options', 'tiers']],
  ['plan', ['tiers']],
  ['product_feature', ['product']],
])

/** How rows are shown, kept because most of what an event tells was told before. */
const views = new WeakMap<object, object>()

/** As Stripe shows it unasked. Rows are replaced, never changed: what hides nothing is itself shown, not a copy. */
export function shown(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return shownList(value)
  const kind: unknown = Reflect.get(value, 'object')
  if (kind === undefined) return without(value, [])
  const view = views.get(value) ?? without(value, hidden.get(kind) ?? [])
  views.set(value, view)
  return view
}

function shownList(items: readonly unknown[]): readonly unknown[] {
  const members = items.map(shown)
  return members.every((member, index) => member === items[index]) ? items : members
}

function without(value: object, unseen: readonly string[]): object {
  let view: Record<string, unknown> | undefined
  for (const [key, member] of Object.entries(value)) {
    // Metadata is the caller's own text, whatever its keys are called.
    if (key === 'metadata') continue
    const isUnseen = unseen.includes(key)
    const inner = isUnseen ? undefined : shown(member)
    if (inner === member && !isUnseen) continue
    view ??= { ...value }
    if (isUnseen) delete view[key]
    else view[key] = inner
  }
  return view ?? value
}

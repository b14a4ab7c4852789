/** A value that JSON can hold. `undefined`, functions, dates and byte arrays are not among them. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Deep enough for anything the vault writes; shallow enough that no input can exhaust the stack. */
const deepest = 64

/**
 * Writes a value in the one form that RFC 8785 (JSON Canonicalization Scheme) gives it.
 *
 * What is hashed or signed must have one spelling only, or two readers disagree about what was
 * signed. Names are sorted by UTF-16 code unit (3.2.3), numbers are written as ECMAScript writes
 * them (3.2.2.3), nothing stands between tokens.
 *
 * Throws a TypeError for what has no canonical form: NaN and the infinities, a lone surrogate in a
 * text or a name, `undefined`, anything that is not plain data, and nesting beyond 64 levels. It
 * never asks `toJSON`, so an object cannot choose to be written as something else.
 */
export const canonical = (value: Json): string => written(value, 0)

function written(value: Json, depth: number): string {
  if (depth > deepest) throw new TypeError(`nested deeper than ${deepest} levels`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') return numeral(value)
  if (Array.isArray(value)) {
    // Array.from visits holes, which map would leave out.
    return `[${Array.from(value as readonly Json[], (member) => written(member, depth + 1)).join(',')}]`
  }
  if (isRecord(value)) {
    const members = Object.keys(value).sort()
    return `{${members.map((name) => `${quoted(name)}:${written(value[name] as Json, depth + 1)}`).join(',')}}`
  }
  throw new TypeError(`${typeof value} has no JSON form`)
}

function isRecord(value: unknown): value is { readonly [name: string]: Json } {
  if (typeof value !== 'object' || value === null) return false
  const parent: unknown = Object.getPrototypeOf(value)
  // A record from another realm (a worker, a test's context) has a parent of its own with no parent.
  return parent === null || parent === Object.prototype || Object.getPrototypeOf(parent) === null
}

function quoted(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a lone surrogate has no UTF-8 form')
  return JSON.stringify(text)
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
  return JSON.stringify(value)
}

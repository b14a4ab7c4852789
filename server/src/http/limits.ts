import { Refusal } from '@sallyport/core/refusal'

type Bucket = { tokens: number; at: number }

/**
 * A limit per key (an address, an account): `burst` at once, then `perSecond`.
 *
 * In memory of one server and lost at restart: it slows an attacker down, and the lock of the account
 * (five failures, in the database) is what stops one.
 */
export function limit({ burst, perSecond, now }: { burst: number; perSecond: number; now: () => number }) {
  const buckets = new Map<string, Bucket>()
  return (key: string): void => {
    const at = now()
    const bucket = buckets.get(key) ?? { tokens: burst, at }
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond)
    if (buckets.size > 50_000) buckets.clear()
    buckets.set(key, { tokens: Math.max(0, tokens - 1), at })
    if (tokens < 1) throw new Refusal('request/too-many', { seconds: String(Math.ceil((1 - tokens) / perSecond)) })
  }
}

/** Remembers keys for a time, at most `most` of them. Gives true when a key is new. */
export function onceIn(ms: number, now: () => number, most = 20_000): (key: string) => boolean {
  const seen = new Map<string, number>()
  return (key) => {
    const at = now()
    const last = seen.get(key)
    if (last !== undefined && at - last < ms) return false
    seen.delete(key)
    seen.set(key, at)
    for (const [oldest, when] of seen) {
      if (seen.size <= most && at - when < ms) break
      seen.delete(oldest)
    }
    return true
  }
}

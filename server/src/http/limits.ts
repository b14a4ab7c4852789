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

/** Remembers keys for a time, at most `most` of them. */
export type Memory = { readonly holds: (key: string) => boolean; readonly keep: (key: string) => void }

export function remembering(ms: number, now: () => number, most = 20_000): Memory {
  const kept = new Map<string, number>()
  return {
    holds: (key) => now() - (kept.get(key) ?? Number.NEGATIVE_INFINITY) < ms,
    keep(key) {
      const at = now()
      kept.delete(key)
      kept.set(key, at)
      for (const [oldest, when] of kept) {
        if (kept.size <= most && at - when < ms) break
        kept.delete(oldest)
      }
    },
  }
}

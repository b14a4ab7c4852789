import { isIPv6 } from 'node:net'
import { Refusal } from '@sallyport/core/refusal'

type Bucket = { tokens: number; at: number }

const mostBuckets = 50_000

/** Whoever has one address of IPv6 has the 2^64 of its subnet (RFC 4291 section 2.5.1): they are counted as one. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const filled = [...head, ...Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail]
  return filled.slice(0, 4).join(':')
}

/**
 * A limit per address: `burst` at once, then `perSecond`.
 *
 * In memory of one server and lost at restart: it slows an attacker down, and the lock of the account
 * (five failures, in the database) is what stops one.
 */
export function limit({ burst, perSecond, now }: { burst: number; perSecond: number; now: () => number }) {
  const buckets = new Map<string, Bucket>()
  return (address: string): void => {
    const [key, at] = [networkOf(address), now()]
    const bucket = buckets.get(key) ?? { tokens: burst, at }
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond)
    buckets.delete(key)
    buckets.set(key, { tokens: Math.max(0, tokens - 1), at })
    const [oldest] = buckets.keys()
    if (buckets.size > mostBuckets && oldest !== undefined) buckets.delete(oldest)
    if (tokens < 1) throw new Refusal('request/too-many', { seconds: String(Math.ceil((1 - tokens) / perSecond)) })
  }
}

/** Lets each key do at most `most` things at one time. Gives what to call, once or more, when one has ended. */
export function atOnce(most: number): (key: string) => () => void {
  const under = new Map<string, Set<object>>()
  return (key) => {
    const going = under.get(key) ?? new Set()
    if (going.size >= most) throw new Refusal('request/too-many', { seconds: '5' })
    const mine = {}
    under.set(key, going.add(mine))
    return () => {
      going.delete(mine)
      if (going.size === 0 && under.get(key) === going) under.delete(key)
    }
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

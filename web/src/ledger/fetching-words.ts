import type { Witnessing } from './witness-words.ts'

export type Access = Witnessing['access']

export const accessWords: Readonly<Record<Access, { readonly says: string; readonly about: string }>> = {
  closed: { says: 'Nobody', about: 'The ledger leaves this server only in bags.' },
  token: { says: 'Whoever has a token', about: 'A mirror, an auditor or another agency that you gave one to.' },
  open: {
    says: 'Anybody',
    about: 'Whoever reaches this server. They read acts and times, and no content and no names.',
  },
}

/** What another choice touches, before it is made. `tokens` is how many are not ended. */
export function accessTouches(before: Access, after: Access, tokens: number): string {
  if (after === 'open')
    return 'Anybody who reaches this server can then read which acts were done when, and copy them for good. What they said stays hidden.'
  if (after === 'token')
    return before === 'open'
      ? 'Whoever fetches without a token is then turned away. What they have already stays with them.'
      : tokens === 0
        ? 'Nobody has a token yet: give one below.'
        : `${tokens === 1 ? 'The one token' : `The ${tokens} tokens`} below can then be used.`
  return 'Mirrors and monitors are then turned away, and can no longer tell whether the ledger was changed. What they have already stays with them.'
}

type Fetched = Pick<Witnessing, 'prefix' | 'vkey' | 'policy' | 'access'>

/** What somebody outside types to keep a copy. The key or the policy must reach them by another way than this. */
export function mirrorCommand({ prefix, vkey, policy, access }: Fetched): string {
  const trust = policy === null ? `--log '${vkey}'` : '--policy policy.txt'
  const token = access === 'token' ? ' --token TOKEN' : ''
  return `sallyport mirror ${prefix} --into ledger-copy ${trust}${token} --every 60`
}

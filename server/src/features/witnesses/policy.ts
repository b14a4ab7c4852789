import { utf8 } from '@sallyport/core/bytes'
import { ed25519Key, type VerifierKey, writeVkey } from '@sallyport/core/note'
import { type Policy, readPolicy } from '@sallyport/core/policy'
import { Refusal } from '@sallyport/core/refusal'
import { isLoopback } from '#http/outbound.ts'
import { sha256 } from '#keys/primitives.ts'
import { logKeys } from '#ledger/rows.ts'
import type { Tx } from '#db/within.ts'

/** The key of the agency's ledger, under the name of the ledger. */
export async function logKeyOf(tx: Tx): Promise<VerifierKey> {
  const keys = await logKeys(tx)
  if (!keys) throw new Error('The agency of this ledger does not exist.')
  return ed25519Key(sha256, keys.log_origin, keys.log_public)
}

/** Reads the policy that an agency keeps. It was checked when it was written, so it can be read. */
export function policyOf(text: string | null): Policy | undefined {
  const read = text === null ? undefined : readPolicy(sha256, utf8(text))
  return read?.is === 'policy' ? read.policy : undefined
}

/**
 * Checks a policy that somebody wants for their ledger. Throws what they can mend.
 *
 * It must name this ledger, since it is given to readers as it is. Witnesses are spoken to over TLS; on
 * this machine itself also without.
 */
export function checkPolicy(text: string, log: VerifierKey): Policy {
  const read = readPolicy(sha256, utf8(text))
  if (read.is === 'malformed') throw new Refusal('ledger/bad-policy', { line: String(read.line), why: read.why })
  const { policy } = read
  if (!policy.logs.some(({ key }) => writeVkey(key) === writeVkey(log)))
    throw new Refusal('ledger/bad-policy', { why: `it does not name this ledger: log ${writeVkey(log)}` })
  for (const { name, url } of policy.witnesses)
    if (url !== undefined && !isPrefix(url))
      throw new Refusal('ledger/bad-policy', {
        why: `the address of ${name} must begin with https:// and hold no ? or #`,
      })
  return policy
}

function isPrefix(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.username || url.password || url.search || url.hash) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

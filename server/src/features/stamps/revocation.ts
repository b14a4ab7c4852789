import { base64 } from '@sallyport/core/bytes'
import { type Certificate, readRevocationList } from '@sallyport/core/x509'
import { askOutside } from '#http/outbound.ts'

const timeoutMs = 10_000
const mostBytes = 5_000_000
/** Addresses that are tried of one certificate, and lists that are kept in memory. */
const mostEach = 2
const mostKept = 32
const freshMs = 12 * 3_600_000
/** The object identifier 2.5.29.31, cRLDistributionPoints, as DER. */
const distributionPoints = Buffer.from('0603551d1f', 'hex')

/**
 * Where a certificate says that its revocation list lies (RFC 5280, 4.2.1.13): the http addresses.
 *
 * Addresses are looked for within the extension as it stands; a name that only looks like one costs a
 * request that finds nothing. What is fetched counts only once its own signature is checked.
 */
export function listAddresses({ whole }: Certificate): string[] {
  const bytes = Buffer.from(whole)
  const at = bytes.indexOf(distributionPoints)
  if (at < 0) return []
  const found: string[] = []
  const end = Math.min(bytes.length, at + 1024)
  for (let place = at + distributionPoints.length; place + 2 < end; place += 1) {
    // GeneralName [6], an IA5String with a short length.
    const length = bytes[place] === 0x86 ? (bytes[place + 1] ?? 0) : 0
    const text = length > 0 && length < 0x80 ? bytes.toString('latin1', place + 2, place + 2 + length) : ''
    if (/^https?:\/\/[\x21-\x7e]+$/.test(text)) found.push(text)
  }
  return found
}

type Kept = { readonly pem: string; readonly at: number }

/** Fetches revocation lists, and keeps each for half a day. One that cannot be had is left out. */
export function revocationLists(now: () => Date): (certificates: readonly Certificate[]) => Promise<string[]> {
  const kept = new Map<string, Kept>()
  const fetched = async (url: string): Promise<string | undefined> => {
    const before = kept.get(url)
    if (before && now().getTime() - before.at < freshMs) return before.pem
    try {
      const { status, body } = await askOutside(url, { method: 'GET', most: mostBytes, timeoutMs })
      if (status !== 200) return undefined
      readRevocationList(body)
      const pem = `-----BEGIN X509 CRL-----\n${base64(body).replace(/(.{64})(?=.)/g, '$1\n')}\n-----END X509 CRL-----\n`
      const [oldest] = kept.keys()
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
      kept.set(url, { pem, at: now().getTime() })
      return pem
    } catch {
      return undefined
    }
  }
  return async (certificates) => {
    const urls = [...new Set(certificates.flatMap((one) => listAddresses(one).slice(0, mostEach)))]
    return (await Promise.all(urls.map(fetched))).filter((pem) => pem !== undefined)
  }
}

/** An answer from outside, read to its end. */
export type Heard = { readonly status: number; readonly type: string; readonly body: Uint8Array }

type Asking = {
  readonly method: 'GET' | 'POST'
  readonly type?: string
  readonly body?: Uint8Array<ArrayBuffer>
  /** The longest answer that is read, in bytes. */
  readonly most: number
  readonly timeoutMs: number
  /** Ends it early, at a stop. */
  readonly signal?: AbortSignal | undefined
}

/** Thrown when nobody outside answered, or not in a way that can be read. The sentence is for a person. */
export class NotHeard extends Error {
  override readonly name = 'NotHeard'
}

/** Whether a host is this machine itself, as an address shows it. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)

/**
 * Asks somebody outside whom an administrator has named. Nothing else in the vault opens a connection.
 *
 * No redirect is followed: the address that was named is the one that is asked. What comes back was
 * written by a stranger: it is bounded here, and believed only after its signature is checked.
 */
export async function askOutside(url: string, { method, type, body, most, timeoutMs, signal }: Asking): Promise<Heard> {
  try {
    const answer = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
      headers: { 'user-agent': 'sallyport', ...(type && { 'content-type': type }) },
      ...(body && { body }),
    })
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of answer.body ?? []) {
      length += part.length
      if (length > most) throw new NotHeard('It answered with more than it should.')
      parts.push(part)
    }
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: Buffer.concat(parts) }
  } catch (fault) {
    if (fault instanceof NotHeard) throw fault
    throw new NotHeard(sentenceOf(fault))
  }
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at its address.',
  ENOTFOUND: 'No machine has its name.',
  EAI_AGAIN: 'Its name cannot be looked up.',
  ECONNRESET: 'It broke off the connection.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is signed by nobody whom this server trusts.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its certificate is signed by nobody whom this server trusts.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its certificate is signed by nobody whom this server trusts.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
}

function sentenceOf(fault: unknown): string {
  if (fault instanceof DOMException && fault.name === 'AbortError') return 'This server stops.'
  if (fault instanceof DOMException && fault.name === 'TimeoutError') return 'It did not answer in time.'
  const cause = fault instanceof Error ? fault.cause : undefined
  const code = String((cause as { code?: unknown } | undefined)?.code ?? '')
  return reasons[code] ?? `The connection failed${code ? ` (${code})` : ''}.`
}

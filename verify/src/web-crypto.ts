/// <reference lib="dom" />
import { attempted } from '@sallyport/core/der'
import type { Verifiers, VerifySignature } from '@sallyport/core/note'
import { type CheckSignature, rawEcdsa, type SignatureAlgorithm } from '@sallyport/core/signature-algorithm'
import type { StampPorts } from '@sallyport/core/stamp'

const ed25519: VerifySignature = async (publicKey, message, signature) => {
  const key = await crypto.subtle
    .importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
    .catch(() => {
      throw new Error('this browser cannot check Ed25519 signatures. Use a newer one, or: node verify.mjs')
    })
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message))
}

/** Few browsers have ML-DSA yet. Without it, a witness that signs so is said to be unchecked. */
export const webVerifiers: Verifiers = { ed25519 }

/** How WebCrypto names what a certificate names by numbers: for taking the key, and for checking with it. */
function named(algorithm: SignatureAlgorithm) {
  switch (algorithm.is) {
    case 'rsa-pkcs1':
      return { take: { name: 'RSASSA-PKCS1-v1_5', hash: algorithm.hash }, check: { name: 'RSASSA-PKCS1-v1_5' } }
    case 'rsa-pss':
      return {
        take: { name: 'RSA-PSS', hash: algorithm.hash },
        check: { name: 'RSA-PSS', saltLength: algorithm.saltLength },
      }
    case 'ecdsa':
      return {
        take: { name: 'ECDSA', namedCurve: algorithm.curve },
        check: { name: 'ECDSA', hash: algorithm.hash },
      }
    case 'ed25519':
      return { take: { name: 'Ed25519' }, check: { name: 'Ed25519' } }
  }
}

const webSignature: CheckSignature = async ({ algorithm, spki, message, signature }) => {
  const { take, check } = named(algorithm)
  // A key that the browser does not take gives no verdict: it may be one that it does not know.
  const key = await crypto.subtle
    .importKey('spki', new Uint8Array(spki), take, false, ['verify'])
    .catch(() => undefined)
  const raw = algorithm.is === 'ecdsa' ? attempted(() => rawEcdsa(signature, algorithm.curve)) : signature
  if (!key || !raw) return raw ? undefined : false
  return crypto.subtle.verify(check, key, new Uint8Array(raw), new Uint8Array(message)).catch(() => undefined)
}

export const webStamps: StampPorts = {
  digest: async (hash, bytes) => new Uint8Array(await crypto.subtle.digest(hash, new Uint8Array(bytes))),
  checkSignature: webSignature,
}

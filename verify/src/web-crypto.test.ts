import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@sallyport/core/bytes'
import { checkStamp } from '@sallyport/core/stamp'
import { stands } from '@sallyport/core/stamp-findings'
import { type KeyKind, newTimeAuthority, stamp } from '@sallyport/core/testing/time-authority'
import { readCertificate } from '@sallyport/core/x509'
import { nativeDigest, nativeSignature } from './native-crypto.ts'
import { webStamps } from './web-crypto.ts'

const stamped = utf8('a checkpoint\n')

for (const kind of ['p256', 'p384', 'p521', 'rsa', 'rsa-pss', 'ed25519'] as const satisfies readonly KeyKind[]) {
  test(`a browser and a command come to the same of a stamp by ${kind} keys, true or false`, async () => {
    const authority = newTimeAuthority(kind)
    const roots = [readCertificate(authority.root.certificate)]
    const last = (signature: Uint8Array) => signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte))

    for (const making of [{}, { signature: last }, { signature: () => new Uint8Array(3) }]) {
      const response = stamp(authority, stamped, making)
      const inBrowser = await checkStamp({ response, stamped, roots }, webStamps)
      const inCommand = await checkStamp(
        { response, stamped, roots },
        { digest: nativeDigest, checkSignature: nativeSignature },
      )

      assert.deepEqual(inBrowser, inCommand)
      assert.equal(stands(inBrowser.findings), !('signature' in making))
    }
  })
}

test('a key that a browser does not take gives no verdict', async () => {
  const { checkSignature } = webStamps

  const verdict = await checkSignature({
    algorithm: { is: 'rsa-pkcs1', hash: 'SHA-256' },
    spki: new Uint8Array(20),
    message: stamped,
    signature: new Uint8Array(256),
  })

  assert.equal(verdict, undefined)
})

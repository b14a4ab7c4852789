import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { nativeDigest, nativeSignature } from '../../verify/src/native-crypto.ts'
import { equal, utf8 } from './bytes.ts'
import { integer, octets, sequence, tagged, tlv, utf8 as utf8String } from './der.ts'
import { type CheckedStamp, checkStamp, checkToken, type StampPorts, type StampQuestion } from './stamp.ts'
import { type StampCode, stands } from './stamp-findings.ts'
import {
  answer,
  certify,
  extensions,
  granted,
  type KeyKind,
  type Making,
  newSigner,
  newTimeAuthority,
  pem,
  revoke,
  stamp,
  stampToken,
  type TimeAuthority,
  timeStamping,
} from './testing/time-authority.ts'
import { readResponse, readToken, writeRequest } from './timestamp.ts'
import { readCertificate, readPem, readRevocationList } from './x509.ts'

const ports: StampPorts = { digest: nativeDigest, checkSignature: nativeSignature }
const authority = newTimeAuthority()
const stamped = utf8('vault.example/agency/springfield/custody/1\n115\nroot\n')
const rootOf = ({ root }: TimeAuthority) => readCertificate(root.certificate)

const judged = (response: Uint8Array, more: Partial<StampQuestion> = {}): Promise<CheckedStamp> =>
  checkStamp({ response, stamped, roots: [rootOf(authority)], ...more }, ports)

const codes = ({ findings }: CheckedStamp): StampCode[] => [...new Set(findings.map(({ code }) => code))].toSorted()
const faults = (checked: CheckedStamp) => codes(checked).filter((code) => code !== 'stamp/no-revocation')

test('a stamp that nobody touched gives its time, its authority and its serial number', async () => {
  const checked = await judged(stamp(authority, stamped))

  assert.deepEqual(faults(checked), [])
  assert.ok(stands(checked.findings))
  assert.equal(checked.says?.time, '2026-03-14T02:14:09.500Z')
  assert.equal(checked.says?.accuracyMs, 1005)
  assert.equal(checked.says?.authority, 'CN=Test time unit')
  assert.equal(checked.says?.root, 'CN=Test time root')
  assert.match(checked.says?.serial ?? '', /^07[0-9a-f]{10}$/)
})

for (const kind of ['p256', 'p384', 'p521', 'rsa', 'rsa-pss', 'ed25519'] as const satisfies KeyKind[]) {
  test(`a stamp by ${kind} keys is checked to its root`, async () => {
    const other = newTimeAuthority(kind)

    const checked = await judged(stamp(other, stamped), { roots: [rootOf(other)] })

    assert.deepEqual(faults(checked), [])
  })
}

for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
  test(`a stamp over a ${hash} digest holds, however it names its signer`, async () => {
    for (const naming of ['v1', 'v2', 'v2-sha512'] as const) {
      assert.deepEqual(faults(await judged(stamp(authority, stamped, { hash, naming }))), [])
    }
  })
}

test('an authority answers the request that was sent, and no other', async () => {
  const digest = createHash('sha256').update(stamped).digest()
  const [nonce, other] = [randomBytes(8), randomBytes(8)]

  const response = answer(authority, writeRequest({ hash: 'sha256', digest, nonce }))

  assert.deepEqual(faults(await judged(response, { nonce })), [])
  assert.deepEqual(faults(await judged(response, { nonce: other })), ['stamp/other-nonce'])
  assert.deepEqual(faults(await judged(stamp(authority, stamped), { nonce })), ['stamp/other-nonce'])
})

test('a nonce that begins with zeros comes back as it was', async () => {
  const digest = createHash('sha256').update(stamped).digest()
  for (const nonce of [
    new Uint8Array(8),
    Uint8Array.of(0, 0, 200, 1, 2, 3, 4, 5),
    Uint8Array.of(255, 1, 2, 3, 4, 5, 6, 7),
  ]) {
    const response = answer(authority, writeRequest({ hash: 'sha256', digest, nonce }))

    assert.deepEqual(faults(await judged(response, { nonce })), [])
  }
})

test('a stamp is told apart from a stamp of other bytes', async () => {
  const checked = await judged(stamp(authority, utf8('other')))

  assert.deepEqual(faults(checked), ['stamp/other-bytes'])
  assert.ok(!stands(checked.findings))
})

test('a stamp is not believed for a time that is still to come', async () => {
  const now = Date.parse('2026-03-14T02:14:00Z')

  assert.deepEqual(faults(await judged(stamp(authority, stamped), { now })), ['stamp/from-future'])
})

test('when an authority says no, its words are told', async () => {
  const refusal = sequence(
    sequence(integer(Uint8Array.of(2)), sequence(utf8String('not today')), tlv(0x03, Uint8Array.of(2, 0b0000_0100))),
  )

  const checked = await judged(refusal)

  assert.deepEqual(readResponse(refusal), {
    is: 'refused',
    status: 2,
    why: 'rejected; not today; the request is malformed',
  })
  assert.deepEqual(codes(checked), ['stamp/refused'])
})

const malformed: readonly (readonly [name: string, response: () => Uint8Array])[] = [
  ['nothing', () => new Uint8Array(0)],
  ['a granted answer without a stamp', () => sequence(sequence(integer(Uint8Array.of(0))))],
  [
    'a refusal that carries a stamp',
    () => sequence(sequence(integer(Uint8Array.of(2))), stampToken(authority, stamped)),
  ],
  ['a certificate in place of a stamp', () => granted(authority.root.certificate)],
  ['something after the end', () => Buffer.concat([stamp(authority, stamped), Uint8Array.of(0)])],
  ['an indefinite length', () => indefinite(stamp(authority, stamped))],
  ['a stamp cut off', () => stamp(authority, stamped).subarray(0, 500)],
  ['megabytes of zeros', () => tlv(0x30, new Uint8Array(33 * 1024 * 1024))],
  ['a statement of version 2', () => stampInfo(([, ...rest]) => [integer(Uint8Array.of(2)), ...rest])],
  ['a statement without a time', () => stampInfo((parts) => parts.toSpliced(4, 1))],
  ['a time in another form', () => stampInfo((parts) => parts.with(4, tlv(0x17, Buffer.from('260314021409Z'))))],
  [
    'an accuracy of a thousand milliseconds',
    () => stampInfo((parts) => parts.with(5, sequence(tagged(0, false, Uint8Array.of(3, 232))))),
  ],
  [
    'a condition that nobody understands',
    () => stampInfo((parts) => [...parts, tagged(1, true, extensions.foreign())]),
  ],
]

const stampInfo = (info: NonNullable<Making['info']>) => stamp(authority, stamped, { info })
const indefinite = (der: Uint8Array) => Buffer.concat([Uint8Array.of(0x30, 0x80), der.subarray(4), Uint8Array.of(0, 0)])

for (const [name, response] of malformed) {
  test(`${name} is not read as a stamp`, async () => {
    assert.deepEqual(codes(await judged(response())), ['stamp/malformed'])
  })
}

const otherAuthority = newTimeAuthority()
const signedBy = (signer: TimeAuthority['signer'], making: Making = {}) =>
  stamp({ ...authority, signer }, stamped, making)
const unit = (made: Parameters<typeof newSigner>[2]) => newSigner('p256', authority.middle, made)
const forPurpose = (ids: readonly string[], critical: boolean) =>
  unit({ extensions: [extensions.noAuthority(), extensions.purposes(ids, critical)] })
const twin = () => newSigner('p256', authority.middle, { serial: 77 })

const forgeries: readonly (readonly [name: string, response: () => Uint8Array, found: readonly StampCode[]])[] = [
  ['the time was changed', () => stamp(authority, stamped, { content: changedTime }), ['stamp/content-changed']],
  ['the signature was changed', () => stamp(authority, stamped, { signature: turned }), ['stamp/forged']],
  ['there are two signers', () => stamp(authority, stamped, { signers: 2 }), ['stamp/signers']],
  ['there is no signer', () => stamp(authority, stamped, { signers: 0 }), ['stamp/signers']],
  ['the digest is SHA-1', () => stamp(authority, stamped, { hash: 'sha1' }), ['stamp/weak-imprint']],
  ['no type of content is signed', () => without('type'), ['stamp/attribute']],
  ['no digest of the content is signed', () => without('digest'), ['stamp/attribute']],
  ['no certificate is named under the signature', () => without('naming'), ['stamp/attribute']],
  [
    'the digest stands there twice',
    () => stamp(authority, stamped, { attributes: ({ type, digest, naming }) => [type, digest, digest, naming] }),
    ['stamp/attribute'],
  ],
  [
    'the signer meant another certificate',
    () => stamp(authority, stamped, { meant: otherAuthority.signer.certificate }),
    ['stamp/swapped-signer'],
  ],
  [
    'the certificate was swapped for another of the same name and number',
    () => signedBy(twin(), { with: [twin().certificate, authority.middle.certificate] }),
    ['stamp/forged', 'stamp/swapped-signer'],
  ],
  [
    'its signer’s certificate is not with it',
    () => stamp(authority, stamped, { with: [authority.middle.certificate] }),
    ['stamp/no-signer'],
  ],
  [
    'a certificate on the way to the root is not with it',
    () => stamp(authority, stamped, { with: [authority.signer.certificate] }),
    ['stamp/untrusted'],
  ],
  ['its root is one of the forger’s own', () => stamp(otherAuthority, stamped), ['stamp/untrusted']],
  ['its signer is for signing programs', () => signedBy(forPurpose(['1.3.6.1.5.5.7.3.3'], true)), ['stamp/purpose']],
  [
    'its signer is for other things too',
    () => signedBy(forPurpose([timeStamping, '1.3.6.1.5.5.7.3.1'], true)),
    ['stamp/purpose'],
  ],
  ['its signer’s purpose is not critical', () => signedBy(forPurpose([timeStamping], false)), ['stamp/purpose']],
  ['its signer has no purpose', () => signedBy(unit({ extensions: [extensions.noAuthority()] })), ['stamp/purpose']],
  [
    'its signer’s key is for other uses',
    () => signedBy(unit({ extensions: [extensions.uses(0b0010_0000, 5), extensions.purposes([timeStamping])] })),
    ['stamp/purpose'],
  ],
  ['its signer had expired', () => signedBy(unit({ until: new Date('2026-03-14T02:14:09Z') })), ['stamp/expired']],
  ['its signer was not yet valid', () => signedBy(unit({ from: new Date('2026-03-14T02:15:00Z') })), ['stamp/expired']],
  [
    'its signer’s certificate has a condition that nobody understands',
    () => signedBy(unit({ extensions: [extensions.purposes([timeStamping]), extensions.foreign()] })),
    ['stamp/path'],
  ],
]

const changedTime = (signed: Uint8Array) =>
  Uint8Array.from(Buffer.from(Buffer.from(signed).toString('latin1').replace('20260314', '20250314'), 'latin1'))
const turned = (signature: Uint8Array) => signature.map((byte, at) => (at === signature.length - 1 ? byte ^ 1 : byte))
const without = (name: 'type' | 'digest' | 'naming') =>
  stamp(authority, stamped, {
    attributes: (usual) => Object.entries(usual).flatMap(([key, value]) => (key === name ? [] : [value])),
  })

for (const [name, response, found] of forgeries) {
  test(`a stamp is not believed when ${name}`, async () => {
    const checked = await judged(response())

    assert.deepEqual(faults(checked), found)
    assert.ok(!stands(checked.findings))
  })
}

test('a signature with SHA-1, or by a short RSA key, is not believed', async () => {
  for (const kind of ['rsa-sha1', 'rsa-1024'] as const) {
    const weak = newTimeAuthority(kind)

    const checked = await judged(stamp(weak, stamped), { roots: [rootOf(weak)] })

    assert.deepEqual(faults(checked), ['stamp/path', 'stamp/untrusted', 'stamp/weak-signature'])
  }
})

const weakAuthorities: readonly (readonly [name: string, extensions: Parameters<typeof certify>[0]['extensions']])[] = [
  ['is no authority', [extensions.noAuthority()]],
  ['says nothing of being an authority', []],
  ['has a key that may not sign certificates', [extensions.authority(), extensions.uses(0b1000_0000, 7)]],
  ['is an authority for servers', [extensions.authority(), extensions.purposes(['1.3.6.1.5.5.7.3.1'])]],
]

for (const [name, made] of weakAuthorities) {
  test(`a stamp is not believed when the certificate that vouches for its signer ${name}`, async () => {
    const middle = certify({ subject: 'between', kind: 'p256', extensions: made }, authority.root)
    const signer = newSigner('p256', middle)

    const checked = await judged(stamp({ ...authority, middle, signer }, stamped))

    assert.deepEqual(faults(checked), ['stamp/path'])
  })
}

test('a path is not longer than its authorities allow', async () => {
  const below = certify({ subject: 'below', kind: 'p256', extensions: [extensions.authority()] }, authority.middle)
  const signer = newSigner('p256', below)
  const certificates = [signer, below, authority.middle].map(({ certificate }) => certificate)

  const checked = await judged(stamp({ ...authority, middle: below, signer }, stamped, { with: certificates }))

  assert.deepEqual(faults(checked), ['stamp/path'])
})

test('certificates made to lead in circles cost little, and lead nowhere', async () => {
  const key = { kind: 'p256', extensions: [extensions.authority()] } as const
  const ring = Array.from({ length: 12 }, () => certify({ subject: 'ring', ...key }, otherAuthority.root))
  const looped = ring.map((one, at) => certify({ subject: 'ring', ...key }, ring[(at + 1) % ring.length]))
  const signer = newSigner('p256', looped[0] as (typeof looped)[0])
  const pool = [...ring, ...looped].map(({ certificate }) => certificate)
  let checks = 0

  const checked = await checkStamp(
    {
      response: stamp({ ...authority, signer }, stamped, { with: [signer.certificate, ...pool] }),
      stamped,
      roots: [rootOf(authority)],
    },
    { ...ports, checkSignature: (asked) => (checks++, nativeSignature(asked)) },
  )

  assert.deepEqual(codes(checked), ['stamp/untrusted'])
  assert.ok(checks < 110)
})

test('what this machine cannot check is called unchecked, and does not stand', async () => {
  const checked = await checkStamp(
    { response: stamp(authority, stamped), stamped, roots: [rootOf(authority)] },
    { ...ports, checkSignature: () => undefined },
  )

  assert.deepEqual(faults(checked), ['stamp/unchecked'])
  assert.ok(!stands(checked.findings))
})

test('the certificates between may be kept beside the stamp instead of in it', async () => {
  const response = stamp(authority, stamped, { with: [] })
  const chain = [authority.signer, authority.middle].map(({ certificate }) => readCertificate(certificate))

  assert.deepEqual(faults(await judged(response, { chain })), [])
})

test('a stamp inside a signature is judged as one in an answer', async () => {
  const token = stampToken(authority, stamped)

  const checked = await checkToken({ token, stamped, roots: [rootOf(authority)] }, ports)

  assert.deepEqual(faults(checked), [])
  assert.equal(readToken(token)?.info.policy, '1.3.6.1.4.1.99999.2')
  assert.equal(readToken(octets(token)), undefined)
})

const listsOf = (entries: Parameters<typeof revoke>[1], dates?: Parameters<typeof revoke>[2]) => [
  readRevocationList(revoke(authority.middle, entries, dates)),
  readRevocationList(revoke(authority.root, [], dates)),
]
const revocations: readonly (readonly [
  name: string,
  entry: { readonly at: string; readonly reason?: number } | undefined,
  found: readonly StampCode[],
])[] = [
  ['no certificate was revoked', undefined, []],
  ['its certificate was revoked before', { at: '2026-03-01', reason: 4 }, ['stamp/revoked']],
  ['its key was lost later', { at: '2026-09-01', reason: 1 }, ['stamp/revoked']],
  ['it ended later, and nobody says why', { at: '2026-09-01' }, ['stamp/revoked']],
  ['it was replaced later', { at: '2026-09-01', reason: 4 }, ['stamp/revoked-later']],
]

for (const [name, entry, found] of revocations) {
  test(`lists of revoked certificates are asked: ${name}`, async () => {
    const { at = '', ...reason } = entry ?? {}
    const lists = listsOf(entry ? [{ of: authority.signer, at: new Date(at), ...reason }] : [])

    const checked = await judged(stamp(authority, stamped), { lists })

    assert.deepEqual(codes(checked), found)
    assert.equal(stands(checked.findings), !found.includes('stamp/revoked'))
  })
}

test('a list of revoked certificates counts only if its authority signed it and it is understood', async () => {
  const entry = [{ of: authority.signer, at: new Date('2026-01-01'), reason: 1 }]
  const genuine = revoke(authority.middle, entry)
  const forged = genuine.map((byte, at) => (at === genuine.length - 1 ? byte ^ 1 : byte))
  const foreign = revoke(authority.middle, entry, { foreign: true })
  const stale = revoke(authority.middle, [], { from: new Date('2024-01-01'), until: new Date('2025-01-01') })

  for (const list of [forged, foreign]) {
    const checked = await judged(stamp(authority, stamped), { lists: [readRevocationList(list)] })
    assert.deepEqual(codes(checked), ['stamp/list-unusable', 'stamp/no-revocation'])
  }
  const late = await judged(stamp(authority, stamped), { lists: [readRevocationList(stale)] })
  assert.deepEqual(codes(late), ['stamp/no-revocation'])
})

test('a stamp outlives its certificates, and says that nobody watches over them any more', async () => {
  const signer = newSigner('p256', authority.middle, { until: new Date('2027-01-01') })

  const checked = await judged(signedBy(signer), { now: Date.parse('2030-01-01') })

  assert.deepEqual(faults(checked), ['stamp/path-ended'])
  assert.ok(stands(checked.findings))
})

test('every change of one byte in a real stamp is found, or changes nothing that the stamp says', async () => {
  for (const kind of ['p256', 'rsa'] as const) {
    const other = newTimeAuthority(kind)
    const response = stamp(other, stamped)
    const roots = [rootOf(other)]
    const sound = await judged(response, { roots })
    let survived = 0
    for (let at = 0; at < response.length; at++) {
      for (const turn of [1, 0x80, 0xff]) {
        const changed = response.slice()
        changed[at] = (changed[at] ?? 0) ^ turn
        const checked = await judged(changed, { roots })
        if (!stands(checked.findings)) continue
        survived++
        assert.deepEqual(checked.says, sound.says, `byte ${at}`)
        // A different byte that stands is one that no signature covers and that nothing was taken from.
        assert.ok(!equal(changed, response))
      }
    }
    // The status (granted, or granted with changes) and the version of the message, which say nothing else.
    assert.ok(survived <= 4, `${survived} changes went unnoticed`)
  }
})

test('no bytes whatever make the judgement do anything but judge', async () => {
  const response = stamp(authority, stamped)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(response.length - 1),
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(60),
      async (at, put, dropped) => {
        const changed = Buffer.concat([response.subarray(0, at), put, response.subarray(at + dropped)])
        const checked = await judged(changed)
        assert.ok(equal(changed, response) || !stands(checked.findings) || checked.says?.time.startsWith('2026-03-14'))
      },
    ),
    { numRuns: 500 },
  )
})

test('certificates come out of a PEM file whole, or not at all', () => {
  const both = pem(authority.middle.certificate) + pem(authority.root.certificate)

  assert.deepEqual(
    readPem(`text between\n${both}`, 'CERTIFICATE')?.map((der) => Buffer.from(der).toString('hex')),
    [authority.middle, authority.root].map(({ certificate }) => Buffer.from(certificate).toString('hex')),
  )
  assert.equal(readPem(both.replace('-----END', '----END'), 'CERTIFICATE'), undefined)
  assert.deepEqual(readPem('', 'X509 CRL'), [])
})

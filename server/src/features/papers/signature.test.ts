import assert from 'node:assert/strict'
import { createHash, verify } from 'node:crypto'
import { test } from 'node:test'
import { allOf, inside, partsOf, readDer, readOctets, tag } from '@sallyport/core/der'
import { beginPaper, reserved } from './document.ts'
import { makePaperKey, openPaperKey } from './paper-key.ts'
import { signPdf } from './signature.ts'

const serverKey = Buffer.alloc(32, 9)
const signer = openPaperKey(serverKey, makePaperKey(serverKey, 'Elm City Police', new Date()))

async function aPaper(): Promise<Buffer> {
  const cover = { title: 'A paper', agency: 'Elm City Police', subject: 'case 1', at: new Date(), signer: 'The vault' }
  const paper = beginPaper(cover)
  paper.heading(1, 'A paper')
  for (let line = 0; line < 80; line += 1) paper.paragraph(`Line ${line}`)
  return paper.end()
}

/** The parts of a signature that are needed to check it, and the bytes that it covers. */
function opened(pdf: Buffer) {
  const [, ...range] = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)/.exec(pdf.toString('latin1')) ?? []
  const [start = -1, from = 0, until = 0, rest = 0] = range.map(Number)
  const bytes = Buffer.from(pdf.toString('latin1', from + 1, until - 1), 'hex')
  const signedData = partsOf(inside(allOf(readDer(bytes.subarray(0, 4 + bytes.readUInt16BE(2))))[1] as never, 0xa0))
  for (let skipped = 0; skipped < 4; skipped += 1) signedData.take()
  const info = partsOf(allOf(signedData.take(tag.set), tag.set)[0] as never)
  for (let skipped = 0; skipped < 3; skipped += 1) info.take()
  const attributes = info.take(0xa0)
  info.take()
  const signature = readOctets(info.take(tag.octets))
  return {
    covers: [start, from, until, rest],
    content: Buffer.concat([pdf.subarray(start, from), pdf.subarray(until, until + rest)]),
    attributes: Buffer.from([tag.set, ...attributes.whole.subarray(1)]),
    signature,
    stamp: info.option(0xa1),
  }
}

test('a paper is signed over every byte but the place of the signature itself', async () => {
  const { pdf, stamped } = await signPdf(await aPaper(), signer, () => Promise.resolve(undefined))

  const { covers, content, attributes, signature, stamp } = opened(pdf)
  const digest = createHash('sha256').update(content).digest()
  assert.ok(verify('sha256', attributes, signer.certificate.publicKey, signature))
  assert.ok(attributes.includes(digest), 'the digest of what is covered is signed')
  assert.deepEqual([covers[0], (covers[2] ?? 0) + (covers[3] ?? 0)], [0, pdf.length])
  assert.deepEqual([stamped, stamp], [false, undefined])
})

test('a stamp is asked for over the signature itself; one too long for its place leaves the paper signed without', async () => {
  const token = Buffer.concat([Buffer.of(0x30, 0x82, 0x01, 0x00), Buffer.alloc(256)])
  const asked: Buffer[] = []
  const give = (size: number) => (digest: Uint8Array) => {
    asked.push(Buffer.from(digest))
    return Promise.resolve(
      size > token.length ? Buffer.concat([Buffer.of(0x04, 0x82, size >> 8, size & 0xff), Buffer.alloc(size)]) : token,
    )
  }

  const good = await signPdf(await aPaper(), signer, give(0))
  const long = await signPdf(await aPaper(), signer, give(reserved))

  const { signature, stamp } = opened(good.pdf)
  assert.ok(asked[0]?.equals(createHash('sha256').update(signature).digest()))
  assert.ok(good.stamped && stamp?.content.length)
  assert.deepEqual([long.stamped, opened(long.pdf).stamp], [false, undefined])
})

test('the key of papers does not open under another server key', () => {
  const made = makePaperKey(serverKey, 'Elm City Police', new Date())

  assert.throws(() => openPaperKey(Buffer.alloc(32, 8), made), /does not open/)
  assert.equal(signer.certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
})

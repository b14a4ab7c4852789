/**
 * Makes a court paper as a vault does, stamped by a time authority that `openssl ts` plays, for programs that
 * nobody here wrote: `node interop/papers.ts FOLDER`.
 *
 * Writes paper.pdf, and what stands in it: the CMS signature, the bytes it covers, the token, the digest it is over.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { partsOf, readDer } from '../core/src/der.ts'
import { signedPaper } from '../server/src/features/papers/compose.ts'
import { makePaperKey, openPaperKey } from '../server/src/features/papers/paper-key.ts'

const folder = resolve(process.argv[2] ?? '.')
await mkdir(folder, { recursive: true })
const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', [...args], { cwd: folder })

const config = `
[ tsa ]
default_tsa = one
[ one ]
serial = ${join(folder, 'tsa.serial')}
signer_cert = ${join(folder, 'tsa.pem')}
certs = ${join(folder, 'tsa-root.pem')}
signer_key = ${join(folder, 'tsa.key')}
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`

/** An authority with a root of its own, on P-256. */
async function anAuthority(): Promise<void> {
  await writeFile(join(folder, 'tsa.cnf'), config)
  await writeFile(join(folder, 'tsa.serial'), '01')
  await writeFile(
    join(folder, 'tsa.ext'),
    'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n',
  )
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '30',
    '-subj',
    '/CN=Root',
    '-keyout',
    'root.key',
    '-out',
    'tsa-root.pem',
  )
  await openssl('req', '-new', ...newKey, '-subj', '/CN=Authority', '-keyout', 'tsa.key', '-out', 'tsa.csr')
  const signing = ['-CA', 'tsa-root.pem', '-CAkey', 'root.key', '-set_serial', '2', '-days', '30']
  await openssl('x509', '-req', '-in', 'tsa.csr', ...signing, '-extfile', 'tsa.ext', '-out', 'tsa.pem')
}

/** The token of an answer (RFC 3161, 2.4.2): its second part, after the status. */
async function stamp(digest: Uint8Array): Promise<Uint8Array> {
  await writeFile(join(folder, 'digest'), Buffer.from(digest).toString('hex'))
  await openssl('ts', '-query', '-digest', Buffer.from(digest).toString('hex'), '-sha256', '-cert', '-out', 'query.tsq')
  await openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'answer.tsr')
  const answer = partsOf(readDer(await readFile(join(folder, 'answer.tsr'))))
  answer.take()
  const token = answer.take().whole
  await writeFile(join(folder, 'token.der'), token)
  return token
}

/** Takes the signature out of a PDF, and what it covers, by the range that the PDF states. */
async function takeApart(pdf: Buffer): Promise<void> {
  const [, ...range] = /\/ByteRange \[(\d+) (\d+) (\d+) (\d+)/.exec(pdf.toString('latin1')) ?? []
  const [, from = 0, until = 0, rest = 0] = range.map(Number)
  const signature = Buffer.from(pdf.toString('latin1', from + 1, until - 1), 'hex')
  const length = 4 + signature.readUInt16BE(2)
  await writeFile(join(folder, 'paper.cms'), signature.subarray(0, length))
  await writeFile(
    join(folder, 'paper.content'),
    Buffer.concat([pdf.subarray(0, from), pdf.subarray(until, until + rest)]),
  )
}

await anAuthority()
const key = Buffer.alloc(32, 7)
const signer = openPaperKey(key, makePaperKey(key, 'Parks & Rec <Police>', new Date()))
const cover = {
  title: 'A paper of <all> & sundry № 5',
  agency: 'Parks & Rec <Police>',
  subject: 'case 26',
  at: new Date(),
}
const { pdf, stamped } = await signedPaper({ cover, signer, stamp }, (paper) => {
  paper.heading(1, 'A paper')
  paper.paragraph('Straße, Ελλάδα, Київ, שלום, 漢字, \u202egpj.exe')
  paper.blank('Signature')
})
if (!stamped) throw new Error('The stamp did not find its place in the signature.')
await writeFile(join(folder, 'paper.pdf'), pdf)
await writeFile(join(folder, 'signer.pem'), signer.certificate.toString())
await takeApart(pdf)

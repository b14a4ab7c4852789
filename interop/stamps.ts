/**
 * Tries outside time against programs that nobody here wrote: `node interop/stamps.ts FOLDER SIGSTORE`.
 *
 * OpenSSL answers our requests as an authority, and judges stamps of our test authority; pkijs, by way of
 * @sigstore/mock in the folder SIGSTORE, makes a stamp too. What OpenSSL refuses must not stand here.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { checkStamp, type StampQuestion } from '@sallyport/core/stamp'
import { stands } from '@sallyport/core/stamp-findings'
import { newTimeAuthority, pem, stamp } from '@sallyport/core/testing/time-authority'
import { writeRequest } from '@sallyport/core/timestamp'
import { type Certificate, readCertificate, readPem, readRevocationList } from '@sallyport/core/x509'
import { nativeDigest, nativeSignature } from '../verify/src/native-crypto.ts'

const [into = '.', sigstore = '.'] = process.argv.slice(2)
const folder = resolve(into, 'stamps')
const at = (name: string) => join(folder, name)
const run = promisify(execFile)
const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder })

const stamped = randomBytes(300)
const digest = createHash('sha256').update(stamped).digest()
const judged = (question: Omit<StampQuestion, 'stamped'>) =>
  checkStamp({ stamped, ...question }, { digest: nativeDigest, checkSignature: nativeSignature })
const certificates = async (name: string): Promise<Certificate[]> =>
  (readPem(await readFile(at(name), 'utf8'), 'CERTIFICATE') ?? []).map((der) => readCertificate(der))

const config = `
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[unit]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ca]
default_ca = root_ca
[root_ca]
database = index.txt
crlnumber = crlnumber
default_md = sha384
default_crl_days = 30
[tsa]
default_tsa = unit_tsa
[unit_tsa]
serial = serial
default_policy = 1.3.6.1.4.1.99999.3
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
tsa_name = yes
signer_digest = sha384
ess_cert_id_alg = sha256
`

/** A root, a unit that stamps, and a list of revoked certificates, all by OpenSSL. */
async function makeAuthority(kind: string, key: readonly string[]): Promise<void> {
  for (const name of ['root', 'unit']) await openssl('genpkey', '-out', `${kind}.${name}.key`, ...key)
  const named = (name: string) => [
    '-key',
    `${kind}.${name}.key`,
    '-config',
    'conf',
    '-subj',
    `/O=Interop/CN=${kind} ${name}`,
  ]
  await openssl(
    'req',
    '-x509',
    '-sha384',
    ...named('root'),
    '-extensions',
    'root',
    '-days',
    '9',
    '-out',
    `${kind}.root.pem`,
  )
  await openssl('req', '-new', ...named('unit'), '-out', `${kind}.csr`)
  const issuer = ['-CA', `${kind}.root.pem`, '-CAkey', `${kind}.root.key`, '-CAcreateserial', '-days', '8', '-sha384']
  await openssl(
    'x509',
    '-req',
    '-in',
    `${kind}.csr`,
    ...issuer,
    '-extfile',
    'conf',
    '-extensions',
    'unit',
    '-out',
    `${kind}.unit.pem`,
  )
  const ca = ['-config', 'conf', '-cert', `${kind}.root.pem`, '-keyfile', `${kind}.root.key`]
  await openssl('ca', '-gencrl', ...ca, '-out', `${kind}.crl`)
}

/** OpenSSL answers our request, and its answer holds here; nothing else of it does. */
async function answered(kind: string): Promise<Buffer> {
  const nonce = randomBytes(12)
  await writeFile(at('asked.tsq'), writeRequest({ hash: 'sha256', digest, nonce }))
  const unit = ['-signer', `${kind}.unit.pem`, '-inkey', `${kind}.unit.key`, '-config', 'conf']
  await openssl('ts', '-reply', '-queryfile', 'asked.tsq', ...unit, '-out', `${kind}.tsr`)
  const response = await readFile(at(`${kind}.tsr`))
  const roots = await certificates(`${kind}.root.pem`)
  const lists = (readPem(await readFile(at(`${kind}.crl`), 'utf8'), 'X509 CRL') ?? []).map((der) =>
    readRevocationList(der),
  )
  const now = Date.now() + 2_000
  const checked = await judged({ response, roots, lists, nonce, now })
  assert.deepEqual(checked.findings, [])
  assert.equal(checked.says?.accuracyMs, 1_500)
  assert.match(checked.says?.authority ?? '', new RegExp(`CN=${kind} unit`))
  const replayed = await judged({ response, roots, nonce: randomBytes(12) })
  assert.ok(!stands(replayed.findings))
  return response
}

const verifies = (response: string, root: string, more: readonly string[] = []) =>
  openssl('ts', '-verify', '-in', response, '-data', 'stamped', '-CAfile', root, ...more).then(
    () => true,
    () => false,
  )

/** Every bit is turned: what stands here must also stand for OpenSSL. The other way round is not asked: it reads more than DER. */
async function noneMoreThanOpenssl(kind: string, response: Buffer): Promise<number> {
  const roots = await certificates(`${kind}.root.pem`)
  let stood = 0
  for (let bit = 0; bit < 8 * response.length; bit++) {
    const changed = Buffer.from(response)
    const place = bit >> 3
    changed[place] = (changed[place] ?? 0) ^ (1 << (bit % 8))
    if (!stands((await judged({ response: changed, roots })).findings)) continue
    stood++
    await writeFile(at('changed.tsr'), changed)
    assert.ok(await verifies('changed.tsr', `${kind}.root.pem`), `byte ${place} of ${kind} stands here only`)
  }
  return stood
}

async function ours(kind: 'p256' | 'p384' | 'rsa'): Promise<void> {
  const authority = newTimeAuthority(kind)
  await writeFile(at('ours.tsr'), stamp(authority, stamped, { naming: 'v2' }))
  await writeFile(at('ours.root.pem'), pem(authority.root.certificate))
  await writeFile(at('ours.middle.pem'), pem(authority.middle.certificate))
  assert.ok(await verifies('ours.tsr', 'ours.root.pem', ['-untrusted', 'ours.middle.pem']), `OpenSSL refuses ${kind}`)
}

type Mock = {
  readonly initializeTSA: (keys: { publicKey: KeyObject; privateKey: KeyObject }) => Promise<{
    readonly rootCertificate: Buffer
    readonly timestamp: (asked: object) => Promise<Buffer>
  }>
}

/** A stamp that pkijs made. */
async function another(): Promise<string> {
  const { initializeTSA } = createRequire(resolve(sigstore, 'package.json'))('@sigstore/mock') as Mock
  const authority = await initializeTSA(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const asked = { artifactHash: digest, hashAlgorithmOID: '2.16.840.1.101.3.4.2.1', nonce: 1_234_567_890 }
  const response = await authority.timestamp({ ...asked, policyOID: '1.3.6.1.4.1.57264.2', certReq: true })
  const roots = [readCertificate(authority.rootCertificate)]
  const checked = await judged({ response, roots, nonce: Buffer.from('499602d2', 'hex') })
  assert.ok(stands(checked.findings), JSON.stringify(checked.findings))
  return checked.says?.authority ?? ''
}

await mkdir(folder, { recursive: true })
await writeFile(at('conf'), config)
await writeFile(at('serial'), '01\n')
await writeFile(at('crlnumber'), '01\n')
await writeFile(at('index.txt'), '')
await writeFile(at('stamped'), stamped)
const keys = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
}
const stood: number[] = []
for (const [kind, key] of Object.entries(keys)) {
  await makeAuthority(kind, key)
  stood.push(await noneMoreThanOpenssl(kind, await answered(kind)))
}
for (const kind of ['p256', 'p384', 'rsa'] as const) await ours(kind)
const named = await another()
console.log(`OpenSSL by P-256 and RSA, ${named}; of all bits turned ${stood.join(' and ')} stand, for OpenSSL too`)

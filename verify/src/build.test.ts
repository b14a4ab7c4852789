import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { buildVerifier } from '../build.ts'
import { judgeBag } from './bag.ts'
import { browserHost } from './browser-folder.ts'
import { reportOf } from './report.ts'
import { clip, flip } from './testing/edit-bag.ts'
import { onDisk } from './testing/on-disk.ts'
import { type Files, type SoundBag, soundBag } from './testing/sound-bag.ts'

let bag: SoundBag
let built: string
before(async () => {
  bag = await soundBag()
  built = await mkdtemp(join(tmpdir(), 'sallyport-verifier-'))
  await buildVerifier(built)
})
after(() => rm(built, { recursive: true }))

/** Runs the built file alone, in a folder that has no packages. */
const runBuilt = (folder: string) =>
  promisify(execFile)(process.execPath, [join(built, 'verify.mjs'), folder], { cwd: built }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  )

test('the verifier that an export carries finds the export sound', async () => {
  const { code, stdout } = await onDisk(bag.files, runBuilt)

  assert.match(stdout, /^Sound: 3 items/)
  assert.equal(code, 0)
})

test('the verifier that an export carries finds a changed bit', async () => {
  const files: Files = new Map(bag.files)
  flip(files, clip, 0)

  const { code, stdout } = await onDisk(files, runBuilt)

  assert.match(stdout, /^Not sound: 3 faults in 2 files\./)
  assert.equal(code, 1)
})

test('the page may run its own script and style, and may fetch nothing', async () => {
  const page = await readFile(join(built, 'verify.html'), 'utf8')

  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? []
  const hashOf = (tag: string) => {
    const [, content = ''] = new RegExp(`<${tag}[^>]*>([^]*)</${tag}>`).exec(page) ?? []
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`
  }
  assert.match(policy, /^default-src 'none'; /)
  assert.ok(policy.includes(`script-src ${hashOf('script')};`))
  assert.ok(policy.includes(`style-src ${hashOf('style')};`))
  assert.doesNotMatch(page, /https?:\/\/|\bsrc=|\bhref=/)
})

test('what the page uses in place of Node comes to the same verdict, and says that it left out SHA-512', async () => {
  const files: Files = new Map(bag.files)
  const given = () => [...files].map(([path, bytes]) => ({ path, file: new File([new Uint8Array(bytes)], path) }))

  const sound = await judgeBag(browserHost(given()), {})
  flip(files, clip, 0)
  const changed = await judgeBag(browserHost(given()), {})

  assert.ok(sound && changed)
  assert.deepEqual(sound.faults, [])
  assert.ok(reportOf(sound).steps[0]?.detail.some((line) => line.startsWith('SHA-512 was not computed')))
  assert.deepEqual(
    changed.faults.map(({ code }) => code),
    ['files/altered', 'items/sha256'],
  )
})

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, test } from 'node:test'
import { NoAnswer, Refused } from '../not-done.ts'
import { filesOf } from './files.ts'
import { inParallel } from './in-parallel.ts'
import { categoryOf, mediaTypeOf } from './media-type.ts'
import { particularsOf } from './particulars.ts'
import { mayPass, patiently, pause } from './patience.ts'

const folder = await mkdtemp(join(tmpdir(), 'sallyport-put-'))
after(() => rm(folder, { recursive: true, force: true }))

const refused = (status: number, code: Refused['code']) =>
  new Refused(status, { code, says: '', next: '', facts: {}, request: undefined })

test('a cut, a restart and a busy vault are waited for; a full disk, an ended session and a refusal are not', () => {
  const errors = [
    new NoAnswer('cut', ''),
    refused(503, 'vault/sealed'),
    refused(423, 'upload/busy'),
    refused(409, 'upload/wrong-offset'),
    refused(507, 'vault/disk-full'),
    refused(401, 'session/ended'),
    refused(422, 'upload/digest-mismatch'),
    refused(409, 'item/altered'),
    new TypeError('ours'),
  ]

  assert.deepEqual(errors.map(mayPass), [true, true, true, true, false, false, false, false, false])
})

test('each wait is twice as long as the one before, up to half a minute', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 20].map(pause)

  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
})

test('what fails once for a passing reason is tried again', async () => {
  let tries = 0
  const deed = async () => {
    if (tries++ === 0) throw new NoAnswer('cut', '')
    return 'held'
  }

  const outcome = await patiently(deed, { note: () => {} })

  assert.equal(outcome, 'held')
  assert.equal(tries, 2)
})

test('no more files are under way than were asked for, and results keep their order', async () => {
  let under = 0
  let most = 0
  const deed = async (one: number) => {
    most = Math.max(most, ++under)
    await new Promise((resolve) => setTimeout(resolve, 5 - one))
    under--
    return one * 10
  }

  const results = await inParallel([1, 2, 3, 4, 5], 2, deed)

  assert.deepEqual(results, [10, 20, 30, 40, 50])
  assert.equal(most, 2)
})

test('a folder is delivered only when asked for, and a link inside it is not followed', async () => {
  await mkdir(join(folder, 'card', 'DCIM'), { recursive: true })
  await writeFile(join(folder, 'card', 'DCIM', 'b.JPG'), 'b')
  await writeFile(join(folder, 'card', 'a.mp4'), 'aa')
  await symlink('/etc/hosts', join(folder, 'card', 'hosts'))

  const found = await filesOf([join(folder, 'card')], true)

  assert.deepEqual(
    found.map(({ path, size, mediaType }) => [basename(path), size, mediaType]),
    [
      ['b.JPG', 1, 'image/jpeg'],
      ['a.mp4', 2, 'video/mp4'],
    ],
  )
  await assert.rejects(filesOf([join(folder, 'card')], false), /is a folder/)
})

test('a video is not put into a category by its name alone', () => {
  const guessed = ['a.mp4', 'a.jpg', 'a.m4a', 'a.pdf', 'a.bin'].map((name) => categoryOf(mediaTypeOf(name)))

  assert.deepEqual(guessed, ['other', 'photograph', 'audio', 'document', 'other'])
})

test('the particulars of an item are what was told, and its title is the name of the file if none was', () => {
  const source = { path: '/card/BWC_1204.mp4', name: 'BWC_1204.mp4', size: 1, changedAt: 0, mediaType: 'video/mp4' }

  const told = particularsOf(
    {
      category: 'body-worn-video',
      device: 'BWC 1204',
      'recorded-at': '2026-03-14T02:14:08-04:00',
      'clock-offset': '-3',
    },
    source,
  )

  assert.deepEqual(told, {
    title: 'BWC_1204',
    category: 'body-worn-video',
    source: { device: 'BWC 1204' },
    tags: [],
    recordedAt: '2026-03-14T06:14:08.000Z',
    clockOffsetSeconds: -3,
  })
  assert.throws(() => particularsOf({ category: 'bodycam' }, source), /not a category/)
  assert.throws(() => particularsOf({ 'recorded-at': '2026-03-14 02:14' }, source), /with its zone/)
})

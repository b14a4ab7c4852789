import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { type Level, permits, roles } from '@sallyport/core/access'
import { casePlans } from './cases.ts'
import { cast, type Who } from './cast.ts'
import { placeOf } from './place.ts'
import { codes } from './playbill.ts'

const media = new URL('../../media/', import.meta.url)
const evidence = readdirSync(media).filter((name) => !/^(make\.sh|add-exif\.mjs|README\.md)$/.test(name))

test('every file that is kept for the demonstration is delivered once, and together they are small', () => {
  const delivered = casePlans.flatMap(({ handings }) => handings.map(({ file }) => file))

  assert.deepEqual(delivered.toSorted(), evidence.toSorted())
  assert.ok(evidence.reduce((sum, name) => sum + statSync(new URL(name, media)).size, 0) < 4e6)
})

test('videos can be played from their first bytes', () => {
  for (const name of evidence.filter((one) => /\.(mp4|m4a)$/.test(one))) {
    const bytes = readFileSync(new URL(name, media))

    assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'), name)
  }
})

test('everybody in the story may do what the story has them do', () => {
  const roleOf = (who: Who) => [cast.find(({ signInName }) => signInName === who)?.role ?? 'auditor'] as const
  for (const { lead, members, notes, handings } of casePlans) {
    const levels = new Map<Who, Level>([...members.map(({ who, level }) => [who, level] as const), [lead, 'lead']])
    const may = (who: Who, permission: 'item.add' | 'case.change' | 'case.share') =>
      permits(roleOf(who), permission, { own: false, level: levels.get(who) })

    assert.ok(may(lead, 'case.share'))
    for (const { by } of handings) assert.ok(may(by, 'item.add'), `${by} delivers`)
    for (const { by } of notes) assert.ok(may(by, 'case.change'), `${by} notes`)
  }
})

test('every role has a person, and every derivative comes after what it was made from', () => {
  assert.deepEqual([...new Set(cast.map(({ role }) => role))].toSorted(), [...roles].toSorted())
  for (const { handings } of casePlans)
    for (const [at, { of }] of handings.entries())
      if (of) assert.ok(handings.slice(0, at).some(({ file }) => file === of))
})

test('the codes that are shown are those of the coming step, which nobody has used', () => {
  const state = { password: '', passphrase: '', secrets: { hcho: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }, complete: true }

  const lines = codes(state, new Date(29_000))

  assert.match(lines[1] ?? '', /^hcho\s+287082\s+GEZD GNBV/)
})

test('the vault is looked for where it was told to listen', () => {
  const place = placeOf({ SALLYPORT_LISTEN: '0.0.0.0:9443', SALLYPORT_DATA: 'here' }, { folder: '/srv', root: false })

  assert.deepEqual(place, { data: '/srv/here', origin: 'https://localhost:9443' })
})

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { base64, text } from '@sallyport/core/bytes'
import { saltOf, writeEntry } from '@sallyport/core/entry'
import type { Bag } from './bagit.ts'
import type { Court } from './custody.ts'
import { nativeSha256 } from './disk-folder.ts'
import { checkItems } from './item.ts'
import { edit } from './testing/edit-bag.ts'
import { onDisk, verdictOn } from './testing/on-disk.ts'
import { order, seal, soundBag } from './testing/sound-bag.ts'

const custody3 = 'metadata/3/custody.jsonl'

/** An order of a court as a forger writes it: spelled and committed to as in a vault, but in no ledger. */
function forgedOrder(item: string, entries: readonly string[], proof?: string): string {
  const [id, secret] = [randomUUID(), new Uint8Array(randomBytes(32))]
  const [actor, detail] = [{ name: 'Forger' }, { ...order, entries }]
  const about = { id, at: '2026-03-14T02:20:00.000Z', act: 'ledger.expunged', outcome: 'done', on: [item] } as const
  const leaf = writeEntry(nativeSha256, { ...about, actor, detail, secret })
  const salt = (field: 'actor' | 'detail') => base64(saltOf(nativeSha256, field, secret))
  return JSON.stringify({
    index: 1_000,
    leaf: text(leaf),
    actor: { salt: salt('actor'), value: actor },
    detail: { salt: salt('detail'), value: detail },
    proof: proof ?? `proofs/${id}.tlog-proof`,
  })
}

const stripped = (line: string) => JSON.stringify({ ...(JSON.parse(line) as object), actor: null, detail: null })

test('an order of a court that the ledger is not shown to hold excuses nothing', async () => {
  const { files, items } = await soundBag()
  const [, , third] = items
  const [, entry = ''] = third?.entryIds ?? []
  edit(files, custody3, (written) => {
    const [first = '', second = '', ...others] = written.trimEnd().split('\n')
    // Once without a proof, and once with that of another entry.
    const forged = [undefined, `proofs/${entry}.tlog-proof`].map((proof) =>
      forgedOrder(third?.id ?? '', [entry], proof),
    )
    return `${[first, stripped(second), ...others, ...forged].join('\n')}\n`
  })
  seal(files)

  const report = await onDisk(files, verdictOn)

  assert.equal(report.exit, 1)
  const found = new Set<string>(report.faults.map(({ code }) => code))
  assert.deepEqual(
    ['custody/withheld', 'custody/no-proof', 'custody/proof-fails'].filter((code) => !found.has(code)),
    [],
  )
})

test('a bag that repeats orders and destroyed entries by the thousand is judged, line by line', async () => {
  const { files } = await soundBag()
  edit(files, custody3, (written) => {
    const lines = written.trimEnd().split('\n')
    const hostile = [lines.at(-1) ?? '', stripped(lines[1] ?? '')]
    return `${[...lines, ...Array.from({ length: 4_000 }, () => hostile).flat()].join('\n')}\n`
  })
  seal(files)

  const report = await onDisk(files, verdictOn)

  assert.equal(report.exit, 1)
  assert.deepEqual(new Set(report.faults.map(({ code }) => code)), new Set(['custody/repeated', 'custody/withheld']))
})

test('what was destroyed is not looked up in one order after another', async () => {
  let [lookups, blamed] = [0, 0]
  const entriesOf = (id: string) => {
    const entries = new Set([id])
    return Object.assign(entries, { has: (one: string) => ++lookups > 0 && Set.prototype.has.call(entries, one) })
  }
  const many = Array.from({ length: 4_000 }, (_, at) => String(at))
  const court: Court = {
    tree: undefined,
    stampOver: () => undefined,
    orders: many.map((id) => ({ ...order, entries: entriesOf(id) })),
    destroyed: many.map((id, at) => ({ id: at % 2 === 0 ? id : `x${id}`, at: custody3, line: at + 1 })),
    ahead: { entries: 0, mostMs: 0 },
    onLine: () => undefined,
  }
  const bag = { files: new Map(), blame: (code: string) => void (code === 'custody/withheld' && blamed++) }

  await checkItems(bag as Partial<Bag> as Bag, court)

  assert.equal(blamed, 2_000)
  assert.ok(lookups <= many.length, `${lookups} lookups`)
})

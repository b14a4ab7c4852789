/**
 * Runs a whole vault for the programs that nobody here wrote: `node interop/vault.ts FOLDER`.
 *
 * Fills it through its API, writes into FOLDER what the others need (facts.json last, when all is there),
 * and stays until it is asked to stop.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join, resolve } from 'node:path'
import { addMember, listCases, openCase } from '@sallyport/api/cases'
import { exportCase } from '@sallyport/api/exports'
import { readCustody, readProof } from '@sallyport/api/items'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { fetched, found, hire, type Person, type Running, settled, startVault } from '../bench/vault.ts'
import { call, type Vault } from '../cli/src/client.ts'
import { deliver } from '../cli/src/upload/deliver.ts'
import { silentDisplay } from '../cli/src/upload/display.ts'
import { filesOf } from '../cli/src/upload/files.ts'

const media = resolve(import.meta.dirname, '../cli/media')
const folder = resolve(process.argv[2] ?? '.')
await mkdir(folder, { recursive: true, mode: 0o711 })

/** The limit on requests is per address, and loopback has many: so a few clients do what many would. */
const from = (vault: Vault, address: string): Vault => ({
  ...vault,
  agent: new Agent({ ...vault.agent.options, localAddress: address }),
})

/** Makes entries as people do who look at their cases. */
async function look({ vault }: Person, times: number): Promise<void> {
  const clients = Array.from({ length: 8 }, (_, nth) => from(vault, `127.0.1.${nth + 1}`))
  await Promise.all(
    clients.map(async (client) => {
      for (let time = 0; time < times / clients.length; time += 1) await call(client, listCases, { limit: 5 })
      client.agent.destroy()
    }),
  )
}

async function deliverMedia({ vault }: Person, id: CaseId): Promise<ItemId[]> {
  const items: ItemId[] = []
  const files = await filesOf(
    ['BWC_1204_clip_061418Z.mp4', 'DSC_0417.jpg', 'Statement_Palmer_20260315.pdf'].map((name) => join(media, name)),
    false,
  )
  for (const source of files) {
    const particulars = { title: `${source.name} – Straße № 5`, category: 'other', source: {}, tags: [] } as const
    const context = { begun: { open: [], finished: [], taken: new Set<never>() }, display: silentDisplay }
    const { item } = await deliver(vault, { source, case: id, particulars: { ...particulars, tags: [] } }, context)
    items.push(item)
  }
  return items
}

/** The proof of an item's receipt, as the API gives it. */
async function keepProof({ vault }: Person, id: ItemId): Promise<void> {
  const { rows } = await call(vault, readCustody, { id, limit: 200 })
  const received = rows.find(({ index }) => index !== null)
  if (!received) throw new Error('No entry of the item has its place yet.')
  const { proof, leaf, index } = await call(vault, readProof, { id, entry: received.entry })
  await writeFile(join(folder, 'entry.tlog-proof'), proof ?? '')
  await writeFile(join(folder, 'entry.leaf'), leaf)
  await writeFile(join(folder, 'entry.index'), String(index))
}

async function fill(running: Running): Promise<object> {
  const founded = await found(running)
  const [custodian, detective] = [await hire(running, founded, 'custodian'), await hire(running, founded, 'detective')]
  const { id } = await call(detective.vault, openCase, { number: '26-000001', title: 'Assault', type: 'assault' })
  await call(detective.vault, addMember, { id, person: custodian.id, level: 'lead' })
  const items = await deliverMedia(detective, id)
  await look(detective, 700)
  await settled(running, founded.id)
  const ledger = join(running.data, 'ledger', founded.id)
  await writeFile(join(folder, 'checkpoint.old'), await readFile(join(ledger, 'checkpoint')))
  await look(detective, 1700)
  await settled(running, founded.id)
  await keepProof(custodian, items[0] as ItemId)
  const { bag } = await call(custodian.vault, exportCase, { id, why: 'Asked for by the defence' })
  await writeFile(join(folder, 'bag.zip'), await fetched(custodian, bag))
  await settled(running, founded.id)
  const { cookie, csrf } = custodian.vault.session ?? {}
  return { origin: running.origin, data: running.data, ledger, case: id, item: items[0], cookie, csrf }
}

const running = await startVault(folder)
try {
  await writeFile(join(folder, 'facts.json'), JSON.stringify(await fill(running), null, 2))
} catch (fault) {
  await running.stop()
  throw fault
}
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
setInterval(() => {}, 60_000)

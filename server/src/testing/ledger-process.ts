import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgencyId } from '@sallyport/core/ids'
import type pg from 'pg'
import { connect } from '../db/connect.ts'
import { theServer, within } from '../db/within.ts'
import { sealedRing } from '../keys/keyring.ts'
import { recordAll } from '../ledger/record.ts'
import { startSequencer } from '../ledger/sequencer.ts'

/*
 * A server's ledger in a process of its own, to be killed: it enters acts and sequences them, and tells
 * each entry that was acknowledged, one line each. Ends by being killed.
 */

type Asked = { app: pg.ClientConfig; agency: AgencyId; folder: string; serverKey: string }

const { app, agency, folder, serverKey } = JSON.parse(process.env['LEDGER_PROCESS'] ?? '{}') as Asked
const key = Buffer.from(serverKey, 'hex')
const { db } = connect(app, 4)
const ring = sealedRing(key)
const ground = { db, keysOf: () => ring }
const sequencer = startSequencer({
  ground,
  folder,
  serverKey: key,
  now: () => new Date(),
  say: (fault) => process.stderr.write(`${String(fault)}\n`),
})

const enter = (count: number) =>
  within(ground, theServer(agency), (tx) =>
    recordAll(
      tx,
      Array.from({ length: count }, () => ({
        act: 'vault.inspected' as const,
        on: [randomUUID()],
        detail: {},
        at: new Date(),
      })),
    ),
  )

for (let round = 1; ; round += 1) {
  const ids = await enter(1 + ((round * 7) % 40))
  process.stdout.write(`${ids.join('\n')}\n`)
  sequencer.poke(agency)
  await pause(10)
}

import {
  approveExpungement,
  declineExpungement,
  draftExpungement,
  listExpungements,
  previewExpungement,
  proveExpungement,
  readExpungement,
  withdrawExpungement,
} from '@sallyport/api/expungements'
import { type Route, route } from '#http/route.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { approve } from './approve.ts'
import { decline, draft, list, preview, read, withdraw } from './orders.ts'
import { prove } from './prove.ts'

type Needs = {
  readonly store: Pick<ObjectStore, 'remove'>
  readonly ledger: string
  readonly say: (fault: unknown) => void
}

export const expungementRoutes = ({ store, ledger, say }: Needs): readonly Route[] => [
  route(listExpungements, ({ tx, asked }) => list(tx, asked)),
  route(draftExpungement, ({ tx, asked, now }) => draft(tx, asked, now)),
  route(readExpungement, ({ tx, asked }) => read(tx, asked.id)),
  route(previewExpungement, ({ tx, asked }) => preview(tx, asked.id)),
  route(approveExpungement, ({ tx, asked, now }) => approve(tx, asked, { now, store, say })),
  route(declineExpungement, ({ tx, asked, now }) => decline(tx, asked, now)),
  route(withdrawExpungement, ({ tx, asked, now }) => withdraw(tx, asked.id, now)),
  route(proveExpungement, ({ tx, asked }) => prove(tx, asked.id, ledger)),
]

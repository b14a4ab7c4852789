import {
  annotateItem,
  listItems,
  openViewing,
  readContent,
  readItem,
  releaseItem,
  reportPlayed,
  verifyItem,
} from '@sallyport/api/items'
import { copyItem, printItem } from '@sallyport/api/prints'
import type { Ground } from '#db/within.ts'
import { bytesRoute, type Route, route, slowRoute } from '#http/route.ts'
import type { ObjectStore } from '#store/object-store.ts'
import { copy, print } from './copies.ts'
import { annotate, list, release } from './items.ts'
import { itemShown } from './shown.ts'
import { verify } from './verify.ts'
import { content, openFor, played, type Served } from './viewings.ts'

type Needs = {
  readonly ground: Ground
  readonly store: ObjectStore
  readonly served: Served
  readonly ledger: string
  readonly now: () => Date
}

export const itemRoutes = (needs: Needs): readonly Route[] => [
  route(listItems, ({ tx, asked }) => list(tx, asked)),
  route(readItem, ({ tx, asked }) => itemShown(tx, asked.id)),
  route(annotateItem, ({ tx, asked, now }) => annotate(tx, asked, now)),
  route(releaseItem, ({ tx, asked }) => release(tx, asked)),
  slowRoute(verifyItem, ({ tx, asked }) => verify(tx, asked.id, needs)),
  route(openViewing, ({ tx, asked, now }) => openFor(tx, asked, now)),
  route(printItem, ({ tx, asked, now }) => print(tx, asked, now)),
  route(copyItem, ({ tx, asked, now }) => copy(tx, asked, now)),
  bytesRoute(readContent, ({ tx, asked, from }) => content(tx, { ...asked, from }, needs)),
  route(reportPlayed, ({ tx, asked, now }) => played(tx, asked, now)),
]

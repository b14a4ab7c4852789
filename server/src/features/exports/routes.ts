import { exportCase, exportItem, readBag } from '@sallyport/api/exports'
import { bytesRoute, type Route, route } from '#http/route.ts'
import type { Sequencer } from '#ledger/sequencer.ts'
import type { Bagging } from './bag.ts'
import { ofCase, ofItem } from './prepare.ts'
import { streamBag } from './stream.ts'

type Needs = Omit<Bagging, 'altered'> & { readonly sequencer: Sequencer; readonly now: () => Date }

export const exportRoutes = (needs: Needs): readonly Route[] => [
  route(exportItem, ({ tx, asked, now }) => ofItem(tx, asked, now)),
  route(exportCase, ({ tx, asked, now }) => ofCase(tx, asked, now)),
  bytesRoute(readBag, ({ tx, asked }) => streamBag(tx, asked, needs)),
]

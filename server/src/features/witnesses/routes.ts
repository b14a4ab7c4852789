import { addMonitor, changeLedgerAccess, changePolicy, endMonitor, readWitnessing } from '@sallyport/api/witnesses'
import { afterwards } from '#db/within.ts'
import { polledRoute, type Route, route } from '#http/route.ts'
import { admitMonitor, dismissMonitor, setAccess, setPolicy, standing } from './witnesses.ts'
import type { Witnessing } from './witnessing.ts'

type Needs = { readonly origin: string; readonly witnessing: Pick<Witnessing, 'wake'> }

export const witnessRoutes = ({ origin, witnessing }: Needs): readonly Route[] => [
  polledRoute(readWitnessing, ({ tx }) => standing(tx, origin)),
  route(changePolicy, async ({ tx, asked, now }) => {
    const shown = await setPolicy(tx, asked, { now, origin })
    const { agency } = tx.actor
    afterwards(tx, () => witnessing.wake(agency))
    return shown
  }),
  route(changeLedgerAccess, ({ tx, asked, now }) => setAccess(tx, asked, { now, origin })),
  route(addMonitor, ({ tx, asked, now }) => admitMonitor(tx, asked, now)),
  route(endMonitor, ({ tx, asked, now }) => dismissMonitor(tx, asked, now)),
]

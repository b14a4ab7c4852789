import { beginFixityRound, listFindings, readFixity } from '@sallyport/api/fixity'
import { afterwards, tell } from '#db/within.ts'
import { polledRoute, type Route, route } from '#http/route.ts'
import { beginNow, type Fixity } from './round.ts'
import { findings, state } from './state.ts'

export const fixityRoutes = ({ rule, wake }: Fixity): readonly Route[] => [
  polledRoute(readFixity, ({ tx, now }) => state(tx, rule, now)),
  route(beginFixityRound, async ({ tx, now }) => {
    tell(tx, [], await beginNow(tx, now))
    afterwards(tx, wake)
    return state(tx, rule, now)
  }),
  route(listFindings, ({ tx, asked }) => findings(tx, asked)),
]

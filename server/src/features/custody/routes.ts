import { checkLedger } from '@sallyport/api/agency'
import { readCustody, readLedger, readProof } from '@sallyport/api/items'
import type { Ground } from '#db/within.ts'
import { polledRoute, type Route, route, slowRoute } from '#http/route.ts'
import { checkWholeLedger } from './check-ledger.ts'
import { custody, ledger, proof } from './custody.ts'

type Needs = { readonly ground: Ground; readonly ledger: string; readonly now: () => Date }

export const custodyRoutes = (needs: Needs): readonly Route[] => [
  polledRoute(readCustody, ({ tx, asked }) => custody(tx, asked, needs.ledger)),
  route(readProof, ({ tx, asked }) => proof(tx, asked, needs.ledger)),
  route(readLedger, ({ tx, asked }) => ledger(tx, asked)),
  slowRoute(checkLedger, ({ tx }) => checkWholeLedger(tx, needs)),
]

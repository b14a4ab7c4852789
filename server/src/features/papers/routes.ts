import { listPapers, preparePaper, readPaper } from '@sallyport/api/papers'
import { bytesRoute, type Route, route, slowRoute } from '#http/route.ts'
import { deliver, list } from './deliver.ts'
import { type PaperNeeds, prepare } from './prepare.ts'

export const paperRoutes = (needs: PaperNeeds): readonly Route[] => [
  slowRoute(preparePaper, ({ tx, asked }) => prepare(tx, asked, needs)),
  route(listPapers, ({ tx, asked }) => list(tx, asked)),
  bytesRoute(readPaper, ({ tx, asked }) => deliver(tx, asked, needs)),
]

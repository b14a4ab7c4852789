import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router'
import {
  alarmFilters,
  caseFilters,
  custodyFilters,
  itemFilters,
  ledgerFilters,
  searchFilters,
  textIn,
} from './frame/address.ts'
import { NotFound } from './frame/NotFound.tsx'
import { PageFault } from './frame/PageFault.tsx'
import { SignedIn } from './sessions/SignedIn.tsx'
import { sessionQuery } from './sessions/session.ts'

type Carried = { readonly client: QueryClient }

const root = createRootRouteWithContext<Carried>()({ component: Outlet, notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => textIn(search, ['agency', 'from']),
  component: lazyRouteComponent(() => import('./sessions/SignIn.tsx'), 'SignIn'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('./agency/SetUp.tsx'), 'SetUp'),
})
const unlock = createRoute({
  getParentRoute: () => root,
  path: '/unlock',
  validateSearch: (search) => textIn(search, ['agency', 'from']),
  component: lazyRouteComponent(() => import('./agency/Unlock.tsx'), 'Unlock'),
})
const enrol = createRoute({
  getParentRoute: () => root,
  path: '/enrol',
  component: lazyRouteComponent(() => import('./people/Enrol.tsx'), 'Enrol'),
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    // The frame is needed whatever the answer is about: it comes while the vault is asked.
    if (!context.client.getQueryData(sessionQuery.queryKey)) void import('./frame/Frame.tsx')
    const session = await context.client.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: { from: location.href } })
  },
  component: SignedIn,
})

const inside = () => signedIn
const home = createRoute({
  getParentRoute: inside,
  path: '/',
  component: lazyRouteComponent(() => import('./home/Home.tsx'), 'Home'),
})
const cases = createRoute({
  getParentRoute: inside,
  path: '/cases',
  validateSearch: caseFilters,
  component: lazyRouteComponent(() => import('./cases/Cases.tsx'), 'Cases'),
})
const oneCase = createRoute({
  getParentRoute: inside,
  path: '/cases/$id',
  validateSearch: (search) => textIn(search, ['tab']),
  component: lazyRouteComponent(() => import('./cases/Case.tsx'), 'Case'),
})
const items = createRoute({
  getParentRoute: inside,
  path: '/items',
  validateSearch: itemFilters,
  component: lazyRouteComponent(() => import('./items/Items.tsx'), 'Items'),
})
const oneItem = createRoute({
  getParentRoute: inside,
  path: '/items/$id',
  validateSearch: custodyFilters,
  component: lazyRouteComponent(() => import('./items/Item.tsx'), 'Item'),
})
const uploads = createRoute({
  getParentRoute: inside,
  path: '/uploads',
  validateSearch: (search) => textIn(search, ['case']),
  component: lazyRouteComponent(() => import('./uploads/Uploads.tsx'), 'Uploads'),
})
const search = createRoute({
  getParentRoute: inside,
  path: '/search',
  validateSearch: searchFilters,
  component: lazyRouteComponent(() => import('./search/Search.tsx'), 'Search'),
})
const people = createRoute({
  getParentRoute: inside,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/People.tsx'), 'People'),
})
const ledger = createRoute({
  getParentRoute: inside,
  path: '/ledger',
  validateSearch: ledgerFilters,
  component: lazyRouteComponent(() => import('./ledger/Ledger.tsx'), 'Ledger'),
})
const vault = createRoute({
  getParentRoute: inside,
  path: '/vault',
  component: lazyRouteComponent(() => import('./agency/Vault.tsx'), 'Vault'),
})

const alarms = createRoute({
  getParentRoute: inside,
  path: '/alarms',
  validateSearch: alarmFilters,
  component: lazyRouteComponent(() => import('./alarms/Alarms.tsx'), 'Alarms'),
})
const fixity = createRoute({
  getParentRoute: inside,
  path: '/fixity',
  component: lazyRouteComponent(() => import('./fixity/Fixity.tsx'), 'Fixity'),
})
const expungements = createRoute({
  getParentRoute: inside,
  path: '/expungements',
  component: lazyRouteComponent(() => import('./expungements/Expungements.tsx'), 'Expungements'),
})
const draftExpungement = createRoute({
  getParentRoute: inside,
  path: '/expungements/draft',
  validateSearch: (search) => textIn(search, ['item', 'case', 'note', 'person']),
  component: lazyRouteComponent(() => import('./expungements/DraftOrder.tsx'), 'DraftOrder'),
})
const oneExpungement = createRoute({
  getParentRoute: inside,
  path: '/expungements/$id',
  component: lazyRouteComponent(() => import('./expungements/Expungement.tsx'), 'Expungement'),
})

const tree = root.addChildren([
  signIn,
  setUp,
  unlock,
  enrol,
  signedIn.addChildren([
    home,
    cases,
    oneCase,
    items,
    oneItem,
    uploads,
    search,
    people,
    ledger,
    alarms,
    fixity,
    expungements,
    draftExpungement,
    oneExpungement,
    vault,
  ]),
])

export const newRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    defaultErrorComponent: PageFault,
    // Plain words in the address: no JSON, so that a person can read it and send it on.
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(String),
    scrollRestoration: true,
    scrollToTopSelectors: ['#column'],
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}

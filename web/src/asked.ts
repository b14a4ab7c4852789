import type { Answered, Contract } from '@sallyport/api/contract'
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import { type Asking, ask, Fault } from './call.ts'

/** A question to the vault, kept while it is fresh. Every reading is entered in the ledger, so none is repeated idly. */
export const asked = <C extends Contract>(contract: C, asking: Asking<C>) =>
  queryOptions({
    queryKey: [contract.path, contract.method, asking] as const,
    queryFn: ({ signal }): Promise<Answered<C>> => ask(contract, asking, { signal }),
  })

type Page = { readonly next: string | null }

/** A list that is read page by page. `filters` must hold all that the answer depends on. */
export const askedPages = <P extends Page>(
  path: string,
  filters: Readonly<Record<string, unknown>>,
  read: (after: { after?: string }, signal: AbortSignal) => Promise<P>,
) =>
  infiniteQueryOptions({
    queryKey: [path, 'pages', filters] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => read(pageParam === null ? {} : { after: pageParam }, signal),
    getNextPageParam: (page: P) => page.next,
  })

export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        // A refusal stays a refusal; only silence is worth asking again.
        retry: (failures, error) => error instanceof Fault && failures < 2,
      },
      mutations: { retry: false },
    },
  })

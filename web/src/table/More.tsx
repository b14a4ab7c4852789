import { Button } from '@mantine/core'

type Query = {
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => Promise<unknown>
}

/** Reads the next page of a list. By a button, because each page that is read is entered in the ledger. */
export function More({ query, shown }: { readonly query: Query; readonly shown: string }) {
  return (
    <p className="dim">
      {shown}{' '}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          className="no-print"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </p>
  )
}

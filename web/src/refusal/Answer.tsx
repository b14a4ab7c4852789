import { Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { RefusalNotice } from './RefusalNotice.tsx'

type Props<T> = {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPending'>
  /** What is being read: `Reading the case`. */
  readonly wait: string
  readonly children: (value: T) => ReactNode
}

/** The answer to a question once it is there; until then what is being waited for, or why there is none. */
export function Answer<T>({ query, wait, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.error) return <RefusalNotice error={query.error} />
  return (
    <Stack gap="xs" aria-busy="true">
      <span className="screen-only-words" role="status">
        {wait}
      </span>
      <Skeleton height={20} width="60%" />
      <Skeleton height={20} />
      <Skeleton height={20} width="85%" />
    </Stack>
  )
}

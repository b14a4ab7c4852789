import { NativeSelect, Switch } from '@mantine/core'
import { listItems } from '@sallyport/api/items'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { itemFilters } from '../frame/address.ts'
import { ButtonLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { EmptyState } from '../table/EmptyState.tsx'
import { More } from '../table/More.tsx'
import { categoryWords, options, stateWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'
import { BulkBar } from './BulkBar.tsx'
import { ItemTable, type Selection } from './ItemTable.tsx'

const route = getRouteApi('/signed-in/items')

export function Items() {
  const session = useSession()
  const search = route.useSearch()
  const filters = {
    ...(search.category && { category: search.category }),
    ...(search.state && { state: search.state }),
    ...(search.mine && { mine: 'true' }),
  }
  const items = useInfiniteQuery(
    askedPages(listItems.path, filters, (after, signal) => ask(listItems, { ...filters, ...after }, { signal })),
  )
  const selection = useSelection()
  const filtered = Object.keys(filters).length > 0

  return (
    <>
      <PageTitle
        title="Items"
        actions={may(session, 'item.add') && <ButtonLink to="/uploads">Upload files</ButtonLink>}
      />
      <Answer query={items} wait="Reading the items">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0 && !filtered)
            return (
              <EmptyState
                title="No items yet"
                says="An item is a file that was delivered to a case: it is hashed, sealed and held, and everything done with it is entered in the ledger."
              >
                {may(session, 'item.add') && <ButtonLink to="/uploads">Upload the first file</ButtonLink>}
              </EmptyState>
            )
          const chosen = rows.filter(({ id }) => selection.chosen.has(id))
          return (
            <>
              {chosen.length > 0 && <BulkBar items={chosen} onClear={selection.clear} />}
              <ItemTable rows={rows} toolbar={<Filters />} {...(may(session, 'item.verify') && { selection })} />
              <More
                query={items}
                shown={rows.length === 0 ? 'No item fits these filters.' : `${counted(rows.length, 'item')} shown.`}
              />
            </>
          )
        }}
      </Answer>
    </>
  )
}

function useSelection(): Selection & { readonly clear: () => void } {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback(
    (id: string) =>
      setChosen((now) => {
        const next = new Set(now)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    [],
  )
  return { chosen, toggle, clear: () => setChosen(new Set()) }
}

function Filters() {
  const { category, state, mine } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (part: Record<string, string>) => void navigate({ search: (now) => itemFilters({ ...now, ...part }) })
  return (
    <>
      <NativeSelect
        label="Category"
        data={[{ value: '', label: 'All categories' }, ...options(categoryWords)]}
        value={category ?? ''}
        onChange={(event) => change({ category: event.currentTarget.value })}
      />
      <NativeSelect
        label="State"
        data={[{ value: '', label: 'All states' }, ...options(stateWords)]}
        value={state ?? ''}
        onChange={(event) => change({ state: event.currentTarget.value })}
      />
      <Switch
        label="Only what I delivered"
        checked={Boolean(mine)}
        onChange={(event) => change({ mine: event.currentTarget.checked ? 'yes' : '' })}
      />
    </>
  )
}

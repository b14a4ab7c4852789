import { Button, NativeSelect, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { search } from '@sallyport/api/search'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { asked } from '../asked.ts'
import { CaseTable } from '../cases/CaseTable.tsx'
import { searchFilters } from '../frame/address.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { ItemTable } from '../items/ItemTable.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { categoryWords, options, stateWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'

const route = getRouteApi('/signed-in/search')

/** What was found, as one types. Everything that was asked stands in the address, so that it can be kept or sent on. */
export function Search() {
  const asking = route.useSearch()
  const q = asking.q ?? ''
  const found = useQuery({
    ...asked(search, { ...asking, q, limit: 100 }),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <PageTitle title={q === '' ? 'Search' : `Search: ${q}`} />
      <Filters />
      {q === '' ? (
        <Text>
          Type a case number, a title, a name, a place or the beginning of a word into the field above. Each question is
          entered in the ledger.
        </Text>
      ) : (
        <Answer query={found} wait="Searching">
          {(answer) => <Found answer={answer} stale={found.isPlaceholderData} />}
        </Answer>
      )}
    </>
  )
}

function Found({ answer, stale }: { readonly answer: Answered<typeof search>; readonly stale: boolean }) {
  const { cases, items, more } = answer
  return (
    <Stack gap="lg" aria-busy={stale} opacity={stale ? 0.6 : 1}>
      <Text role="status">
        {counted(cases.length, 'case')} and {counted(items.length, 'item')} found
        {more && '; there are more: narrow the question'}.
      </Text>
      {cases.length > 0 && (
        <section>
          <Title order={2}>Cases</Title>
          <CaseTable rows={cases} />
        </section>
      )}
      {items.length > 0 && (
        <section>
          <Title order={2}>Items</Title>
          <ItemTable rows={items} />
        </section>
      )}
      {cases.length + items.length === 0 && (
        <Text>Nothing was found that you may see. Check the spelling, or type only the beginning of the word.</Text>
      )}
    </Stack>
  )
}

function Filters() {
  const { kind, category, state, from, to } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (part: Record<string, string>) =>
    void navigate({ search: (now) => searchFilters({ ...now, ...part }), replace: true })
  const narrowed = [kind, category, state, from, to].some(Boolean)
  return (
    <div
      style={{ display: 'flex', flexWrap: 'wrap', gap: '8px 16px', alignItems: 'flex-end', marginBottom: 16 }}
      className="no-print"
    >
      <SegmentedControl
        aria-label="What is looked for"
        data={[
          { value: '', label: 'Everything' },
          { value: 'case', label: 'Cases' },
          { value: 'item', label: 'Items' },
        ]}
        value={kind ?? ''}
        onChange={(next) => change({ kind: next })}
      />
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
      <TextInput
        type="date"
        label="From"
        value={from ?? ''}
        onChange={(event) => change({ from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="To"
        value={to ?? ''}
        onChange={(event) => change({ to: event.currentTarget.value })}
      />
      {narrowed && (
        <Button variant="subtle" onClick={() => change({ kind: '', category: '', state: '', from: '', to: '' })}>
          Take all filters away
        </Button>
      )}
    </div>
  )
}

import { NativeSelect, SegmentedControl, Stack, Text } from '@mantine/core'
import { readCustody } from '@sallyport/api/items'
import type { ItemId } from '@sallyport/core/ids'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { custodyFilters } from '../frame/address.ts'
import { Answer } from '../refusal/Answer.tsx'
import { More } from '../table/More.tsx'
import { counted } from '../words/sizes.ts'
import { grouped, occurring, passes } from './grouped.ts'
import { ProofDialog } from './ProofDialog.tsx'
import { actWords, type Line } from './sentences.ts'
import { Timeline } from './Timeline.tsx'

const route = getRouteApi('/signed-in/items/$id')
const live = 5000

/** Who touched an item, entry by entry, kept up to date while the page is looked at. */
export function Custody({ item }: { readonly item: ItemId }) {
  const search = route.useSearch()
  const [proving, setProving] = useState<Line | null>(null)
  const query = useInfiniteQuery({
    ...askedPages(readCustody.path, { item }, (after, signal) =>
      ask(readCustody, { id: item, limit: 1000, ...after }, { signal }),
    ),
    refetchInterval: live,
    staleTime: 0,
  })
  return (
    <Answer query={query} wait="Reading the custody">
      {({ pages }) => {
        const lines = pages.flatMap((page) => page.rows)
        const shown = lines.filter((line) => passes(line, search))
        const checkpoint = pages.at(-1)?.checkpoint
        return (
          <Stack gap="sm">
            <Filters lines={lines} />
            <CustodyList lines={shown} detailed={search.view === 'detailed'} onProof={setProving} />
            <More
              query={query}
              shown={
                shown.length === lines.length
                  ? `${counted(lines.length, 'entry', 'entries')}.`
                  : `${shown.length} of ${counted(lines.length, 'entry', 'entries')}.`
              }
            />
            {checkpoint && (
              <Text size="sm" c="dimmed">
                The ledger of the agency holds {counted(checkpoint.size, 'entry', 'entries')} as of its last signed
                checkpoint.
              </Text>
            )}
            <ProofDialog item={item} line={proving} onClose={() => setProving(null)} />
          </Stack>
        )
      }}
    </Answer>
  )
}

type ListProps = { readonly lines: readonly Line[]; readonly detailed: boolean; readonly onProof: (line: Line) => void }

function CustodyList({ lines, detailed, onProof }: ListProps) {
  const groups = useMemo(() => {
    const newestFirst = lines.toReversed()
    return detailed ? newestFirst.map((line) => ({ lines: [line] as const })) : grouped(newestFirst)
  }, [lines, detailed])
  if (groups.length === 0) return <p className="dim">No entry fits these filters.</p>
  return <Timeline label="Custody of the item, newest first" groups={groups} detailed={detailed} onProof={onProof} />
}

function Filters({ lines }: { readonly lines: readonly Line[] }) {
  const { act, person, view } = route.useSearch()
  const navigate = route.useNavigate()
  const { acts, people } = useMemo(() => occurring(lines), [lines])
  const change = (part: Record<string, string>) =>
    void navigate({ search: (now) => custodyFilters({ ...now, ...part }), replace: true })
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'flex-end' }} className="no-print">
      <NativeSelect
        label="What"
        size="xs"
        data={[{ value: '', label: 'Everything' }, ...acts.map((one) => ({ value: one, label: actWords(one) }))]}
        value={act ?? ''}
        onChange={(event) => change({ act: event.currentTarget.value })}
        maw={220}
      />
      <NativeSelect
        label="Who"
        size="xs"
        data={[{ value: '', label: 'Everybody' }, ...people]}
        value={person ?? ''}
        onChange={(event) => change({ person: event.currentTarget.value })}
        maw={200}
      />
      <SegmentedControl
        aria-label="How much is shown"
        size="xs"
        data={[
          { value: '', label: 'Compact' },
          { value: 'detailed', label: 'Detailed' },
        ]}
        value={view ?? ''}
        onChange={(next) => change({ view: next })}
      />
    </div>
  )
}

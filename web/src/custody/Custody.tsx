import { Stack, Text, Title } from '@mantine/core'
import { readCustody } from '@sallyport/api/items'
import type { ItemId } from '@sallyport/core/ids'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { Answer } from '../refusal/Answer.tsx'
import { useSession } from '../sessions/session.ts'
import { More } from '../table/More.tsx'
import { daysOn } from '../time/days-on.ts'
import { counted } from '../words/sizes.ts'
import { CustodyFilters } from './CustodyFilters.tsx'
import { type Fate, fatesIn } from './fates.ts'
import { grouped, passes } from './grouped.ts'
import { ProofDialog } from './ProofDialog.tsx'
import type { Line } from './sentences.ts'
import { Timeline } from './Timeline.tsx'

const route = getRouteApi('/signed-in/items/$id')
const live = 5000

/** Who touched an item, entry by entry, kept up to date while the page is looked at. */
export function Custody({ item }: { readonly item: ItemId }) {
  const search = route.useSearch()
  const zone = useSession().agency.timeZone
  const [proving, setProving] = useState<Line | null>(null)
  const query = useInfiniteQuery({
    ...askedPages(readCustody.path, { item }, (after, signal) =>
      ask(readCustody, { id: item, limit: 1000, ...after }, { signal }),
    ),
    refetchInterval: live,
    staleTime: 0,
  })
  const { from: firstDay, to: lastDay, ...chosen } = search
  const filter = {
    ...chosen,
    ...daysOn(zone, { ...(firstDay && { from: firstDay }), ...(lastDay && { to: lastDay }) }),
  }
  return (
    <Answer query={query} wait="Reading the custody">
      {({ pages }) => {
        const lines = pages.flatMap((page) => page.rows)
        const shown = lines.filter((line) => passes(line, filter))
        const checkpoint = pages.at(-1)?.checkpoint
        const whole = pages.at(-1)?.next === null
        return (
          <Stack gap="sm">
            <CustodyFilters lines={lines} />
            <Title order={2} className="print-only">
              Custody, newest first{search.view === 'detailed' ? ', with all details' : ''}
            </Title>
            <CustodyList
              lines={shown}
              detailed={search.view === 'detailed'}
              fate={fatesIn(lines, whole)}
              onProof={setProving}
            />
            <More query={query} shown={shownWords({ shown: shown.length, read: lines.length, whole })} />
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

type Count = { readonly shown: number; readonly read: number; readonly whole: boolean }

/** How much of the custody is shown. A print of a part must not be taken for the whole. */
function shownWords({ shown, read, whole }: Count): string {
  const all = whole
    ? counted(read, 'entry', 'entries')
    : `the ${counted(read, 'entry', 'entries')} that were read so far`
  if (shown < read) return `${shown.toLocaleString('en-US')} of ${all}: the filters leave out the others.`
  return whole ? `${all}, all that there are.` : `${read.toLocaleString('en-US')} entries read so far.`
}

type ListProps = {
  readonly lines: readonly Line[]
  readonly detailed: boolean
  readonly fate: Fate
  readonly onProof: (line: Line) => void
}

function CustodyList({ lines, detailed, fate, onProof }: ListProps) {
  const groups = useMemo(() => {
    const newestFirst = lines.toReversed()
    return detailed ? newestFirst.map((line) => ({ lines: [line] as const })) : grouped(newestFirst)
  }, [lines, detailed])
  if (groups.length === 0) return <p className="dim">No entry fits these filters.</p>
  return (
    <Timeline
      label="Custody of the item, newest first"
      groups={groups}
      detailed={detailed}
      fate={fate}
      onProof={onProof}
    />
  )
}

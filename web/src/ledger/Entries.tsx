import { Button, NativeSelect, SegmentedControl } from '@mantine/core'
import { readLedger } from '@sallyport/api/items'
import { listPeople } from '@sallyport/api/people'
import { acts } from '@sallyport/core/acts'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { asked, askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { fatesIn } from '../custody/fates.ts'
import { grouped } from '../custody/grouped.ts'
import { Timeline } from '../custody/Timeline.tsx'
import { ledgerFilters } from '../frame/address.ts'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { More } from '../table/More.tsx'
import { DayRange } from '../time/DayRange.tsx'
import { daysOn } from '../time/days-on.ts'
import { counted } from '../words/sizes.ts'

const route = getRouteApi('/signed-in/ledger')

/** Everything that was done in the agency, newest first. It names cases and items by id only: an auditor sees no content. */
export function Entries() {
  const zone = useSession().agency.timeZone
  const search = route.useSearch()
  const asking = {
    ...(search.act && { act: search.act }),
    ...(search.person && { person: search.person }),
    ...daysOn(zone, search),
  }
  const query = useInfiniteQuery(
    askedPages(readLedger.path, asking, (after, signal) =>
      ask(readLedger, { ...asking, limit: 100, ...after }, { signal }),
    ),
  )
  return (
    <>
      <Filters />
      <Answer query={query} wait="Reading the ledger">
        {({ pages }) => {
          const lines = pages.flatMap((page) => page.rows)
          const fate = fatesIn(lines, false)
          const detailed = search.view === 'detailed'
          const groups = detailed ? lines.map((line) => ({ lines: [line] as const })) : grouped(lines)
          return (
            <>
              {lines.length === 0 ? (
                <p className="dim">No entry fits these filters.</p>
              ) : (
                <Timeline label="Ledger, newest first" groups={groups} detailed={detailed} fate={fate} />
              )}
              <More query={query} shown={`${counted(lines.length, 'entry', 'entries')} shown.`} />
            </>
          )
        }}
      </Answer>
    </>
  )
}

function Filters() {
  const session = useSession()
  const { act, person, from, to, view } = route.useSearch()
  const navigate = route.useNavigate()
  const people = useQuery({ ...asked(listPeople, {}), enabled: may(session, 'people.read') })
  const change = (part: Record<string, string>) =>
    void navigate({ search: (now) => ledgerFilters({ ...now, ...part }), replace: true })
  return (
    <div
      style={{ display: 'flex', flexWrap: 'wrap', gap: '8px 16px', alignItems: 'flex-end', marginBottom: 16 }}
      className="no-print"
    >
      <NativeSelect
        label="What"
        data={[
          { value: '', label: 'Everything' },
          ...Object.entries(acts).map(([value, label]) => ({ value, label: `${value}: ${label}` })),
        ]}
        value={act ?? ''}
        onChange={(event) => change({ act: event.currentTarget.value })}
        maw={320}
      />
      <NativeSelect
        label="Who"
        data={[
          { value: '', label: 'Everybody' },
          ...(people.data ?? []).map(({ id, name }) => ({ value: id as string, label: name })),
        ]}
        value={person ?? ''}
        onChange={(event) => change({ person: event.currentTarget.value })}
      />
      <DayRange from={from} to={to} onChange={change} />
      <SegmentedControl
        aria-label="How much is shown"
        data={[
          { value: '', label: 'Compact' },
          { value: 'detailed', label: 'Detailed' },
        ]}
        value={view ?? ''}
        onChange={(next) => change({ view: next })}
      />
      {(act ?? person ?? from ?? to) && (
        <Button variant="subtle" onClick={() => change({ act: '', person: '', from: '', to: '' })}>
          Take all filters away
        </Button>
      )}
    </div>
  )
}

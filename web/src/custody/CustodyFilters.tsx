import { Button, Checkbox, NativeSelect, SegmentedControl } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { custodyFilters } from '../frame/address.ts'
import { DayRange } from '../time/DayRange.tsx'
import styles from './custody.module.css'
import { occurring } from './grouped.ts'
import { actWords, type Line } from './sentences.ts'

const route = getRouteApi('/signed-in/items/$id')

/** What of the custody is shown. It stands in the address, so that it can be sent on. */
export function CustodyFilters({ lines }: { readonly lines: readonly Line[] }) {
  const { act, person, from, to, content, view } = route.useSearch()
  const navigate = route.useNavigate()
  const { acts, groups, people } = useMemo(() => occurring(lines), [lines])
  const change = (part: Record<string, string>) =>
    void navigate({ search: (now) => custodyFilters({ ...now, ...part }), replace: true })
  return (
    <div className={`${styles['filters']} no-print`}>
      <NativeSelect
        label="What"
        size="xs"
        data={[
          { value: '', label: 'Everything' },
          { group: 'Kinds', items: groups },
          { group: 'Single acts', items: acts.map((one) => ({ value: one, label: actWords(one) })) },
        ]}
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
      <DayRange from={from} to={to} size="xs" onChange={change} />
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
      <Checkbox
        label="Only what touched the content"
        checked={content === 'yes'}
        onChange={(event) => change({ content: event.currentTarget.checked ? 'yes' : '' })}
      />
      {(act ?? person ?? from ?? to ?? content) && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => change({ act: '', person: '', from: '', to: '', content: '' })}
        >
          Take all filters away
        </Button>
      )}
    </div>
  )
}

import { Tabs } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { custodyFilters } from '../frame/address.ts'
import { AccessTab } from './AccessTab.tsx'
import { DetailsTab } from './DetailsTab.tsx'
import { LineageTab } from './LineageTab.tsx'
import { OverviewTab } from './OverviewTab.tsx'
import type { ItemRecord } from './use-item.ts'

const route = getRouteApi('/signed-in/items/$id')
const Custody = lazy(async () => ({ default: (await import('../custody/Custody.tsx')).Custody }))

export function ItemTabs({ item }: { readonly item: ItemRecord }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Tabs
      value={search.tab ?? 'overview'}
      onChange={(tab) => void navigate({ search: (now) => custodyFilters({ ...now, tab }), replace: true })}
    >
      <Tabs.List mb="md" className="no-print">
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="details">Details</Tabs.Tab>
        <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
        <Tabs.Tab value="access">Access</Tabs.Tab>
        {item.may.custody && <Tabs.Tab value="custody">Custody</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="overview">
        <OverviewTab item={item} />
      </Tabs.Panel>
      <Tabs.Panel value="details">
        <DetailsTab item={item} />
      </Tabs.Panel>
      <Tabs.Panel value="lineage">
        <LineageTab item={item} />
      </Tabs.Panel>
      <Tabs.Panel value="access">
        <AccessTab item={item} />
      </Tabs.Panel>
      {item.may.custody && (
        <Tabs.Panel value="custody">
          <Suspense fallback={<p className="dim">Reading the custody…</p>}>
            <Custody item={item.id} />
          </Suspense>
        </Tabs.Panel>
      )}
    </Tabs>
  )
}

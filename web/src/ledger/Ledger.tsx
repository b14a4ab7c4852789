import { Tabs } from '@mantine/core'
import { checkLedger } from '@sallyport/api/agency'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { ask } from '../call.ts'
import { ledgerFilters } from '../frame/address.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { VerdictLine } from '../verdict/VerdictLine.tsx'
import { Entries } from './Entries.tsx'

const route = getRouteApi('/signed-in/ledger')

const Tree = lazy(async () => ({ default: (await import('./Tree.tsx')).Tree }))
const Fetching = lazy(async () => ({ default: (await import('./Fetching.tsx')).Fetching }))
const OutsideTime = lazy(async () => ({ default: (await import('./OutsideTime.tsx')).OutsideTime }))

/** What was done in the agency, and who outside can tell that it was not changed since. */
export function Ledger() {
  const { tab } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <>
      <PageTitle title="Ledger" state="Everything that was done in the agency, without content" />
      <div style={{ marginBottom: 16 }}>
        <VerdictLine
          about={['ledger']}
          subject="The ledger"
          check={() => ask(checkLedger, {})}
          wait="The tree is computed again from its first entry and compared with the tiles, the signature and the database."
          call="Stop work and call the person who runs the vault and your CJIS security officer. Change nothing on the server."
        />
      </div>
      <Tabs
        value={tab ?? 'entries'}
        onChange={(next) => void navigate({ search: (now) => ledgerFilters({ ...now, tab: next }), replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="no-print">
          <Tabs.Tab value="entries">Entries</Tabs.Tab>
          <Tabs.Tab value="witnesses">Witnesses</Tabs.Tab>
          <Tabs.Tab value="fetching">Who may fetch</Tabs.Tab>
          <Tabs.Tab value="time">Outside time</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<p className="dim">Reading the ledger…</p>}>
          <Tabs.Panel value="entries">
            <Entries />
          </Tabs.Panel>
          <Tabs.Panel value="witnesses">
            <Tree />
          </Tabs.Panel>
          <Tabs.Panel value="fetching">
            <Fetching />
          </Tabs.Panel>
          <Tabs.Panel value="time">
            <OutsideTime />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  )
}

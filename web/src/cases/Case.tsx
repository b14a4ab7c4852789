import { Button, Group, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { ExportCase } from '../exports/ExportDialog.tsx'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { PapersDialog } from '../papers/PapersDialog.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Time } from '../time/Time.tsx'
import { caseTypeWords, levelWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'
import { CaseItems } from './CaseItems.tsx'
import { CaseMembers } from './CaseMembers.tsx'
import { CaseNotes } from './CaseNotes.tsx'
import { CasePeople } from './CasePeople.tsx'
import { CaseRecordTab } from './CaseRecordTab.tsx'
import { type CaseRecord, caseAsked } from './use-case.ts'

const route = getRouteApi('/signed-in/cases/$id')

export function Case() {
  const { id } = route.useParams()
  const query = useQuery(caseAsked(id))
  return (
    <Answer query={query} wait="Reading the case">
      {(record) => <CasePage key={record.id} record={record} />}
    </Answer>
  )
}

function CasePage({ record }: { readonly record: CaseRecord }) {
  const { tab = 'items' } = route.useSearch()
  const navigate = route.useNavigate()
  const [asking, setAsking] = useState<'export' | 'papers' | null>(null)
  const close = () => setAsking(null)
  return (
    <>
      <PageTitle
        title={`${record.number} · ${record.title}`}
        within={<TextLink to="/cases">Cases</TextLink>}
        state={
          <>
            {caseTypeWords[record.type]} · opened by {record.openedBy.name} <Time at={record.openedAt} fine="minutes" />{' '}
            · {record.level ? `your level: ${levelWords[record.level].toLowerCase()}` : 'you see it by your role'}
          </>
        }
        actions={
          <>
            {record.may.papers && (
              <Button variant="default" onClick={() => setAsking('papers')}>
                Court papers
              </Button>
            )}
            {record.may.export && (
              <Button variant="default" onClick={() => setAsking('export')}>
                Export
              </Button>
            )}
          </>
        }
      />
      <Tabs value={tab} onChange={(next) => void navigate({ search: { tab: next ?? 'items' }, replace: true })}>
        <Tabs.List mb="md">
          <Tabs.Tab value="items">Items ({record.items})</Tabs.Tab>
          <Tabs.Tab value="record">Record</Tabs.Tab>
          <Tabs.Tab value="people">People ({record.people.length})</Tabs.Tab>
          <Tabs.Tab value="notes">Notes ({record.notes.length})</Tabs.Tab>
          <Tabs.Tab value="members">Members ({record.members.length + 1})</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="items">
          <CaseItems record={record} />
        </Tabs.Panel>
        <Tabs.Panel value="record">
          <CaseRecordTab record={record} />
        </Tabs.Panel>
        <Tabs.Panel value="people">
          <CasePeople record={record} />
        </Tabs.Panel>
        <Tabs.Panel value="notes">
          <CaseNotes record={record} />
        </Tabs.Panel>
        <Tabs.Panel value="members">
          <CaseMembers record={record} />
        </Tabs.Panel>
      </Tabs>
      <Group className="print-only">{counted(record.items, 'item')}</Group>
      <ExportCase id={record.id} name={record.number} opened={asking === 'export'} onClose={close} />
      <PapersDialog case={record.id} name={record.number} opened={asking === 'papers'} onClose={close} />
    </>
  )
}

import { Button, NativeSelect, Switch } from '@mantine/core'
import { listCases } from '@sallyport/api/cases'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { caseFilters } from '../frame/address.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { EmptyState } from '../table/EmptyState.tsx'
import { More } from '../table/More.tsx'
import { caseTypeWords, options } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'
import { CaseTable } from './CaseTable.tsx'
import { OpenCase } from './OpenCase.tsx'

const route = getRouteApi('/signed-in/cases')

export function Cases() {
  const session = useSession()
  const { type, mine } = route.useSearch()
  const navigate = route.useNavigate()
  const [opening, setOpening] = useState(false)
  const filters = { ...(type && { type }), ...(mine && { mine: 'true' }) }
  const cases = useInfiniteQuery(
    askedPages(listCases.path, filters, (after, signal) => ask(listCases, { ...filters, ...after }, { signal })),
  )
  const change = (part: { type?: string; mine?: string }) =>
    void navigate({ search: (now) => caseFilters({ ...now, ...part }) })
  const canOpen = may(session, 'case.open')
  const filtered = Object.keys(filters).length > 0

  return (
    <>
      <PageTitle title="Cases" actions={canOpen && <Button onClick={() => setOpening(true)}>Open a case</Button>} />
      <Answer query={cases} wait="Reading the cases">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0 && !filtered)
            return (
              <EmptyState
                title="No cases yet"
                says="A case holds what belongs together: people, notes, items and who may see them."
              >
                {canOpen && <Button onClick={() => setOpening(true)}>Open the first case</Button>}
              </EmptyState>
            )
          return (
            <>
              <CaseTable
                rows={rows}
                toolbar={
                  <>
                    <NativeSelect
                      label="Type"
                      data={[{ value: '', label: 'All types' }, ...options(caseTypeWords)]}
                      value={type ?? ''}
                      onChange={(event) => change({ type: event.currentTarget.value })}
                    />
                    <Switch
                      label="Only cases I am a member of"
                      checked={Boolean(mine)}
                      onChange={(event) => change({ mine: event.currentTarget.checked ? 'yes' : '' })}
                    />
                  </>
                }
              />
              <More
                query={cases}
                shown={rows.length === 0 ? 'No case fits these filters.' : `${counted(rows.length, 'case')} shown.`}
              />
            </>
          )
        }}
      </Answer>
      <OpenCase opened={opening} onClose={() => setOpening(false)} />
    </>
  )
}

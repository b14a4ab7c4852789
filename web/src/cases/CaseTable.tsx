import type { Answered } from '@sallyport/api/contract'
import type { listCases } from '@sallyport/api/cases'
import type { ReactNode } from 'react'
import { TextLink } from '../frame/links.tsx'
import { type Column, DataTable } from '../table/DataTable.tsx'
import { Time } from '../time/Time.tsx'
import { caseTypeWords, levelWords } from '../words/labels.ts'
import { counted } from '../words/sizes.ts'

export type CaseLine = Answered<typeof listCases>['rows'][number]

const levelSaid = ({ level }: CaseLine) => (level ? levelWords[level] : 'By role')

const CaseLink = ({ line }: { readonly line: CaseLine }) => (
  <TextLink to="/cases/$id" params={{ id: line.id }} data-row-link fw={600} fz="sm">
    {line.number}
  </TextLink>
)

const columns: Column<CaseLine>[] = [
  { id: 'number', header: 'Number', fixed: true, cell: (line) => <CaseLink line={line} /> },
  { id: 'title', header: 'Title', fixed: true, cell: (line) => line.title },
  { id: 'type', header: 'Type', cell: (line) => caseTypeWords[line.type] },
  { id: 'items', header: 'Items', cell: (line) => line.items.toLocaleString('en-US') },
  { id: 'level', header: 'Your level', cell: levelSaid },
  { id: 'openedBy', header: 'Opened by', cell: (line) => line.openedBy.name },
  { id: 'openedAt', header: 'Opened', cell: (line) => <Time at={line.openedAt} form="stacked" fine="minutes" /> },
]

export function CaseTable({ rows, toolbar }: { readonly rows: readonly CaseLine[]; readonly toolbar?: ReactNode }) {
  return (
    <DataTable
      label="Cases"
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      toolbar={toolbar}
      card={(line) => (
        <>
          <CaseLink line={line} /> · {line.title}
          <div className="dim">
            {caseTypeWords[line.type]} · {counted(line.items, 'item')} · {levelSaid(line)}
          </div>
          <small className="dim">
            <Time at={line.openedAt} fine="minutes" />
          </small>
        </>
      )}
    />
  )
}

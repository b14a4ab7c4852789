import type { Answered } from '@sallyport/api/contract'
import type { listItems } from '@sallyport/api/items'
import type { ReactNode } from 'react'
import { TextLink } from '../frame/links.tsx'
import { type Column, DataTable } from '../table/DataTable.tsx'
import { Time } from '../time/Time.tsx'
import { categoryWords, exhibitWords } from '../words/labels.ts'
import { State } from '../words/State.tsx'
import { size } from '../words/sizes.ts'

export type ItemLine = Answered<typeof listItems>['rows'][number]

const ItemLink = ({ line }: { readonly line: ItemLine }) => (
  <TextLink to="/items/$id" params={{ id: line.id }} data-row-link fw={600} fz="sm">
    {line.title}
  </TextLink>
)

const columns: Column<ItemLine>[] = [
  { id: 'exhibit', header: 'Exhibit', fixed: true, cell: (line) => line.exhibit ?? '–' },
  { id: 'title', header: 'Title', fixed: true, cell: (line) => <ItemLink line={line} /> },
  {
    id: 'case',
    header: 'Case',
    cell: (line) => (
      <TextLink to="/cases/$id" params={{ id: line.case.id }} fz="sm" style={{ whiteSpace: 'nowrap' }}>
        {line.case.number}
      </TextLink>
    ),
  },
  { id: 'category', header: 'Category', cell: (line) => categoryWords[line.category] },
  { id: 'state', header: 'State', cell: (line) => <State state={line.state} /> },
  { id: 'size', header: 'Size', cell: (line) => <span style={{ whiteSpace: 'nowrap' }}>{size(line.size)}</span> },
  {
    id: 'lineage',
    header: 'Lineage',
    hidden: true,
    cell: (line) => (line.parent ? `From ${exhibitWords(line.parent.exhibit).toLowerCase()}` : 'Original'),
  },
  {
    id: 'recordedAt',
    header: 'Recorded',
    cell: (line) =>
      line.recordedAt ? <Time at={line.recordedAt} form="stacked" /> : <span className="dim">Not known</span>,
  },
  { id: 'addedAt', header: 'Delivered', cell: (line) => <Time at={line.addedAt} form="stacked" fine="minutes" /> },
  { id: 'addedBy', header: 'Delivered by', cell: (line) => line.addedBy.name },
]
const columnsOfCase = columns.filter(({ id }) => id !== 'case')

export type Selection = { readonly chosen: ReadonlySet<string>; readonly toggle: (id: string) => void }

type Props = {
  readonly rows: readonly ItemLine[]
  readonly withCase?: boolean
  readonly toolbar?: ReactNode
  readonly selection?: Selection
}

export function ItemTable({ rows, withCase = true, toolbar, selection }: Props) {
  return (
    <DataTable
      label={withCase ? 'Items' : 'Items of the case'}
      rows={rows}
      columns={withCase ? columns : columnsOfCase}
      idOf={({ id }) => id}
      toolbar={toolbar}
      {...(selection && { selection: { ...selection, nameOf: (line: ItemLine) => line.title } })}
      card={(line) => (
        <>
          <ItemLink line={line} /> <State state={line.state} />
          <div className="dim">
            {exhibitWords(line.exhibit)}
            {withCase && ` · case ${line.case.number}`} · {categoryWords[line.category]} · {size(line.size)}
          </div>
          <small className="dim">
            Delivered by {line.addedBy.name} <Time at={line.addedAt} fine="minutes" />
          </small>
        </>
      )}
    />
  )
}

import { useMediaQuery } from '@mantine/hooks'
import { type ColumnDef, columnVisibilityFeature, type RowData, tableFeatures, useTable } from '@tanstack/react-table'
import { type ReactNode, useMemo, useRef } from 'react'
import { ColumnChoice } from './ColumnChoice.tsx'
import styles from './table.module.css'
import { useKeptColumns } from './use-kept-columns.ts'
import { useRowKeys } from './use-row-keys.ts'
import { type Drawn, VirtualRows } from './VirtualRows.tsx'

const features = tableFeatures({ columnVisibilityFeature })

export type Column<Row> = {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** Always shown: what the row is opened by. */
  readonly fixed?: boolean
  /** Not shown until the person chooses it. */
  readonly hidden?: boolean
}

const definition = <Row extends RowData>({
  id,
  header,
  cell,
  fixed,
}: Column<Row>): ColumnDef<typeof features, Row> => ({
  id,
  header,
  enableHiding: !fixed,
  cell: ({ row }) => cell(row.original),
})

type Props<Row extends RowData> = {
  /** Names the table for a screen reader and for the columns that a person chose. */
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly idOf: (row: Row) => string
  /** The same row for a narrow screen. */
  readonly card: (row: Row) => ReactNode
  readonly selection?: {
    readonly chosen: ReadonlySet<string>
    readonly toggle: (id: string) => void
    readonly nameOf: (row: Row) => string
  }
  readonly toolbar?: ReactNode
}

/** A dense table with keys, columns to choose, and cards in its place on a narrow screen. */
export function DataTable<Row extends RowData>({ label, rows, columns, idOf, card, selection, toolbar }: Props<Row>) {
  const narrow = useMediaQuery('(max-width: 767px)') ?? false
  const [columnVisibility, setVisible] = useKeptColumns(label, columns)
  const place = useRef<HTMLDivElement>(null)
  useRowKeys(place, selection?.toggle)
  const definitions = useMemo(() => columns.map(definition), [columns])
  const table = useTable({
    features,
    columns: definitions,
    data: rows as Row[],
    getRowId: idOf,
    state: { columnVisibility },
    onColumnVisibilityChange: setVisible,
  })
  const drawn: Drawn[] = table.getRowModel().rows.map((row) => ({
    id: row.id,
    cells: row.getVisibleCells().map((cell) => ({ id: cell.id, content: <table.FlexRender cell={cell} /> })),
    chosen: selection?.chosen.has(row.id) ?? false,
    name: selection?.nameOf(row.original) ?? '',
  }))

  return (
    <div ref={place}>
      <div className={styles['bar']}>
        {toolbar}
        {!narrow && <ColumnChoice columns={table.getAllLeafColumns()} />}
      </div>
      {narrow ? (
        <ul className={styles['cards']} aria-label={label}>
          {rows.map((row) => (
            <li key={idOf(row)} className="card">
              {card(row)}
            </li>
          ))}
        </ul>
      ) : (
        <table className={styles['table']} aria-label={label} aria-rowcount={rows.length + 1}>
          <thead>
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id}>
                {selection && (
                  <th scope="col" className={styles['tick']}>
                    <span className="screen-only-words">Selected</span>
                  </th>
                )}
                {group.headers.map((header) => (
                  <th key={header.id} scope="col">
                    <table.FlexRender header={header} />
                  </th>
                ))}
              </tr>
            ))}
          </thead>
          <VirtualRows rows={drawn} {...(selection && { onTick: selection.toggle })} />
        </table>
      )}
    </div>
  )
}

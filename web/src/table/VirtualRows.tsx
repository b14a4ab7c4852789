import { Checkbox } from '@mantine/core'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { memo, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import styles from './table.module.css'

export type Drawn = {
  readonly id: string
  readonly cells: readonly { readonly id: string; readonly content: ReactNode }[]
  readonly chosen: boolean
  readonly name: string
}

type Props = { readonly rows: readonly Drawn[]; readonly onTick?: (id: string) => void }

/** Below this all rows are drawn: a browser does that in no time, and then it can search and print them. */
const drawAllBelow = 150
const rowHeight = 45

/** The rows of a table, only those near the window once there are many. They stay rows of a real table. */
export function VirtualRows({ rows, onTick }: Props) {
  const body = useRef<HTMLTableSectionElement>(null)
  const [above, setAbove] = useState(0)
  const all = rows.length <= drawAllBelow
  useLayoutEffect(() => setAbove(body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0), [])
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 20,
    scrollMargin: above,
    getItemKey: (index) => rows[index]?.id ?? index,
    enabled: !all,
  })
  if (all) return <tbody ref={body}>{rows.map((row, index) => line({ row, index, onTick }))}</tbody>

  const shown = virtual.getVirtualItems()
  const before = (shown[0]?.start ?? above) - above
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? above) - above)
  return (
    <tbody ref={body}>
      {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
      {shown.map(({ index }) => {
        const row = rows[index]
        return row && line({ row, index, onTick })
      })}
      {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
    </tbody>
  )
}

type LineProps = { readonly row: Drawn; readonly index: number; readonly onTick: ((id: string) => void) | undefined }

const line = ({ row, index, onTick }: LineProps) => <Line key={row.id} row={row} index={index} onTick={onTick} />

const Line = memo(function Line({ row, index, onTick }: LineProps) {
  return (
    <tr aria-rowindex={index + 2} data-row={row.id} className={row.chosen ? styles['chosen'] : undefined}>
      {onTick && (
        <td className={styles['tick']}>
          <Checkbox size="xs" checked={row.chosen} onChange={() => onTick(row.id)} aria-label={`Select ${row.name}`} />
        </td>
      )}
      {row.cells.map(({ id, content }) => (
        <td key={id}>{content}</td>
      ))}
    </tr>
  )
})

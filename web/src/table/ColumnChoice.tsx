import { Button, Checkbox, Popover, Stack } from '@mantine/core'
import { Icon } from '../frame/Icon.tsx'
import styles from './table.module.css'

type Choosable = {
  readonly id: string
  readonly columnDef: { readonly header?: unknown }
  readonly getIsVisible: () => boolean
  readonly getCanHide: () => boolean
  readonly toggleVisibility: (visible?: boolean) => void
}

export function ColumnChoice({ columns }: { readonly columns: readonly Choosable[] }) {
  const choosable = columns.filter((column) => column.getCanHide())
  if (choosable.length === 0) return null
  return (
    <Popover position="bottom-end" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon name="columns" size={16} />}
          className={`no-print ${styles['columns']}`}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {choosable.map((column) => (
            <Checkbox
              key={column.id}
              size="sm"
              label={String(column.columnDef.header ?? column.id)}
              checked={column.getIsVisible()}
              onChange={(event) => column.toggleVisibility(event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

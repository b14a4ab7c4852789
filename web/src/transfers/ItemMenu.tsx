import { Button, Menu } from '@mantine/core'
import type { ItemRecord } from '../items/use-item.ts'

export type Deed = 'download' | 'papers' | 'print' | 'copy' | 'move' | 'transfer'
type Props = { readonly item: ItemRecord; readonly onChoose: (deed: Deed) => void }

/** What can be done with an item beside the loudest: shown as far as this person may do it. */
export function ItemMenu({ item, onChoose }: Props) {
  const held = item.state === 'held'
  const deeds: readonly { deed: Deed; says: string; may: boolean }[] = [
    { deed: 'print', says: 'Print this page', may: item.may.print },
    { deed: 'copy', says: 'Hand out a copy', may: item.may.download && held },
    { deed: 'transfer', says: 'Pass on custody', may: item.may.transfer && held },
    { deed: 'move', says: 'Move to another case', may: item.may.move && held },
  ]
  const open = deeds.filter(({ may }) => may)
  if (open.length === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">More</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {open.map(({ deed, says }) => (
          <Menu.Item key={deed} onClick={() => onChoose(deed)}>
            {says}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

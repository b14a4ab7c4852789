import { Menu, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import styles from './frame.module.css'
import { Icon } from './Icon.tsx'
import type { Place } from './places.ts'

/** On a phone: four places under the thumb, the others behind one button. */
export function BottomBar({ places }: { readonly places: readonly Place[] }) {
  const near = places.slice(0, 4)
  const far = places.slice(4)
  return (
    <nav className={styles['bottom']} aria-label="Places">
      {near.map(({ to, says, icon }) => (
        <Link key={to} to={to} className={styles['thumb']} activeOptions={{ exact: to === '/', includeSearch: false }}>
          <Icon name={icon} size={22} />
          <span>{says}</span>
        </Link>
      ))}
      {far.length > 0 && (
        <Menu position="top-end">
          <Menu.Target>
            <UnstyledButton className={styles['thumb']}>
              <Icon name="more" size={22} />
              <span>More</span>
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            {far.map(({ to, says, icon }) => (
              <Menu.Item key={to} component={Link} to={to} leftSection={<Icon name={icon} />}>
                {says}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  )
}

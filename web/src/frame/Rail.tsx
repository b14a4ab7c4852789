import { Link } from '@tanstack/react-router'
import styles from './frame.module.css'
import { Icon } from './Icon.tsx'
import mark from './mark.svg'
import type { Place } from './places.ts'

export function Rail({ places }: { readonly places: readonly Place[] }) {
  return (
    <nav className={styles['rail']} aria-label="Places">
      <Link to="/" className={styles['brand']} aria-label="Sallyport, home">
        <img src={mark} alt="" width={28} height={28} />
        <span>Sallyport</span>
      </Link>
      <ul className="plain-list">
        {places.map(({ to, says, icon }) => (
          <li key={to}>
            <Link to={to} className={styles['place']} activeOptions={{ exact: to === '/', includeSearch: false }}>
              <Icon name={icon} />
              <span>{says}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

import { listAlarms } from '@sallyport/api/alarms'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { Icon } from '../frame/Icon.tsx'
import { TextLink } from '../frame/links.tsx'
import { may, useSession } from '../sessions/session.ts'
import { counted } from '../words/sizes.ts'
import styles from './alarms.module.css'

/** Open alarms, read again every minute. Only for those who may see them. */
export const openAlarms = { ...asked(listAlarms, { open: 'true', limit: 50 }), refetchInterval: 60_000 }

/** Stands on every page while the vault may not keep what it promises, until a person says that they saw it. */
export function AlarmBar() {
  const session = useSession()
  const query = useQuery({ ...openAlarms, enabled: may(session, 'alarm.read') && !session.locked })
  const grave = query.data?.rows.filter((alarm) => alarm.grave) ?? []
  const [first] = grave
  if (!first) return null
  return (
    <div className={styles['bar']} role="alert">
      <Icon name="fails" />
      <p>
        <strong>{counted(grave.length, 'grave alarm')}.</strong> {first.says}{' '}
        <TextLink to="/alarms" underline="always">
          {grave.length === 1 ? 'What to do' : 'All of them, and what to do'}
        </TextLink>
      </p>
    </div>
  )
}

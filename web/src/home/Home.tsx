import { PageTitle } from '../frame/PageTitle.tsx'
import { may, useSession } from '../sessions/session.ts'
import { useNow } from '../time/Ago.tsx'
import { Time } from '../time/Time.tsx'
import { OffersWaiting } from '../transfers/OffersWaiting.tsx'
import { AlarmsWaiting } from './AlarmsWaiting.tsx'
import { CasesILead } from './CasesILead.tsx'
import styles from './home.module.css'
import { LedgerVerdict } from './LedgerVerdict.tsx'
import { OrdersWaiting } from './OrdersWaiting.tsx'
import { PeopleWaiting } from './PeopleWaiting.tsx'
import { QuarantineWaiting } from './QuarantineWaiting.tsx'
import { ReviewLatest } from './ReviewLatest.tsx'
import { UploadsWaiting } from './UploadsWaiting.tsx'

/** What waits for this person, by what their roles permit. */
export function Home() {
  const session = useSession()
  const now = useNow(60_000)
  const delivers = may(session, 'item.add')
  const reviews = session.person.roles.includes('supervisor')
  return (
    <>
      <PageTitle title={session.person.name} state={<Time at={now.toISOString()} fine="minutes" />} />
      <div className={styles['lists']}>
        {may(session, 'alarm.read') && <AlarmsWaiting />}
        {may(session, 'expungement.approve') && <OrdersWaiting />}
        {may(session, 'item.release') && <QuarantineWaiting />}
        {may(session, 'item.transfer') && <OffersWaiting />}
        {delivers && <UploadsWaiting />}
        {may(session, 'people.change') && <PeopleWaiting />}
        {may(session, 'ledger.read') && <LedgerVerdict />}
        {may(session, 'case.open') && <CasesILead />}
        {reviews && <ReviewLatest />}
      </div>
    </>
  )
}

import { Button, SegmentedControl } from '@mantine/core'
import { listAlarms } from '@sallyport/api/alarms'
import type { Answered } from '@sallyport/api/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { askedPages } from '../asked.ts'
import { ask } from '../call.ts'
import { alarmFilters } from '../frame/address.ts'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { More } from '../table/More.tsx'
import { Time } from '../time/Time.tsx'
import { counted } from '../words/sizes.ts'
import { Acknowledge } from './Acknowledge.tsx'
import styles from './alarms.module.css'
import { factWords } from './fact-words.ts'

export type Alarm = Answered<typeof listAlarms>['rows'][number]

const route = getRouteApi('/signed-in/alarms')

/** What the vault found by itself, newest first, until somebody says that they saw it; and what was seen before. */
export function Alarms() {
  const { show } = route.useSearch()
  const navigate = route.useNavigate()
  const asking = show === 'all' ? {} : { open: 'true' }
  const query = useInfiniteQuery(
    askedPages(listAlarms.path, asking, (after, signal) =>
      ask(listAlarms, { ...asking, limit: 50, ...after }, { signal }),
    ),
  )
  const [asked, setAsked] = useState<Alarm | null>(null)
  return (
    <>
      <PageTitle title="Alarms" />
      <SegmentedControl
        className="no-print"
        mb="md"
        aria-label="Which alarms"
        data={[
          { value: '', label: 'Open' },
          { value: 'all', label: 'All' },
        ]}
        value={show ?? ''}
        onChange={(next) => void navigate({ search: alarmFilters({ show: next }), replace: true })}
      />
      <Answer query={query} wait="Reading the alarms">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          return (
            <>
              {rows.length === 0 && (
                <p className="dim">
                  {show === 'all'
                    ? 'No alarm was ever raised here.'
                    : 'No alarm is open. The ledger, its witnesses, the clock and the stored bytes are watched all the time.'}
                </p>
              )}
              <ul className={`plain-list ${styles['list']}`} aria-label="Alarms, newest first">
                {rows.map((alarm) => (
                  <AlarmCard key={alarm.id} alarm={alarm} onAsk={() => setAsked(alarm)} />
                ))}
              </ul>
              {rows.length > 0 && <More query={query} shown={`${counted(rows.length, 'alarm')} shown.`} />}
            </>
          )
        }}
      </Answer>
      <Acknowledge alarm={asked} onClose={() => setAsked(null)} />
    </>
  )
}

function AlarmCard({ alarm, onAsk }: { readonly alarm: Alarm; readonly onAsk: () => void }) {
  const session = useSession()
  const { says, next, grave, times, raisedAt, lastAt, acknowledged } = alarm
  const tone = acknowledged ? 'closed' : grave ? 'grave' : 'light'
  return (
    <li className={`card ${styles[tone]}`}>
      <strong>{says}</strong>
      <div>
        <span className={grave ? 'bad' : 'wait'}>{grave ? 'Grave' : 'To be looked at'}</span> · raised{' '}
        <Time at={raisedAt} />
        {times > 1 && (
          <>
            {' '}
            · found {times.toLocaleString('en-US')} times, last <Time at={lastAt} form="short" />
          </>
        )}
      </div>
      <Facts alarm={alarm} />
      {acknowledged ? (
        <p>
          Acknowledged by {acknowledged.by.name} <Time at={acknowledged.at} />
          <br />
          <span className="prose">{acknowledged.note}</span>
        </p>
      ) : (
        <>
          <p>
            <strong>What to do:</strong> {next}
          </p>
          {may(session, 'alarm.acknowledge') && (
            <Button variant="default" className="no-print" onClick={onAsk}>
              Acknowledge
            </Button>
          )}
        </>
      )}
    </li>
  )
}

function Facts({ alarm: { facts } }: { readonly alarm: Alarm }) {
  const seesItems = may(useSession(), 'item.read')
  return (
    <dl className="facts">
      {Object.entries(facts).map(([name, value]) => {
        const { label, says, code } = factWords(name, value)
        return (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{label}</dt>
            <dd>
              {name === 'item' && seesItems ? (
                <TextLink to="/items/$id" params={{ id: says }}>
                  Open the item
                </TextLink>
              ) : code ? (
                <code>{says}</code>
              ) : (
                says
              )}
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

import { Anchor, Button, List, Modal, Stack, Text } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import type { verifyItem } from '@sallyport/api/items'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Icon } from '../frame/Icon.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Ago, useNow } from '../time/Ago.tsx'
import { Time } from '../time/Time.tsx'
import { isFresh } from './fresh.ts'
import styles from './verdict.module.css'

export type Verdict = Answered<typeof verifyItem>

type Props = {
  /** Names what is checked, so that the last answer is found again: `item`, its id. */
  readonly about: readonly string[]
  /** What is checked, in a sentence: `The custody of this item`. */
  readonly subject: string
  /** Absent when this person may not have it checked. */
  readonly check?: () => Promise<Verdict>
  /** What the check has to do, for a person who waits for it. */
  readonly wait: string
  /** Who to call when it does not hold. */
  readonly call: string
}

/**
 * Whether something holds: green only for what the vault verified just now, grey for what nobody has
 * checked, red for a fault. The same line stands on items, on the ledger and on the vault.
 */
export function VerdictLine({ about, subject, check, wait, call }: Props) {
  const [shown, setShown] = useState(false)
  const now = useNow(20_000)
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['verdict', ...about],
    queryFn: () => check?.() ?? Promise.reject(new Error('Not permitted.')),
    enabled: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const tone =
    data === undefined || isFetching
      ? 'unknown'
      : !data.sound
        ? 'fails'
        : isFresh(data.checkedAt, now)
          ? 'holds'
          : 'unknown'

  return (
    <section className={`card ${styles['line']}`} data-verdict={tone} aria-label="Verdict">
      <div className={styles['head']}>
        <span className={styles['mark']}>
          <Icon name={tone} size={22} />
        </span>
        <div>
          <div role="status" aria-live="polite">
            <strong>{isFetching ? `${subject} is being checked` : said(tone, subject, data)}</strong>
            {tone === 'fails' && !isFetching && <Text size="sm">{call}</Text>}
          </div>
          <Text size="sm" c="dimmed">
            {isFetching ? (
              wait
            ) : data ? (
              <>
                Checked <Ago at={data.checkedAt} />
              </>
            ) : (
              'Nobody has checked it on this page yet.'
            )}
            {data && !isFetching && (
              <>
                {' · '}
                <Anchor component="button" type="button" size="sm" onClick={() => setShown(true)}>
                  How was this checked
                </Anchor>
              </>
            )}
          </Text>
        </div>
        {check && (
          <Button
            variant="default"
            size="compact-sm"
            className="no-print"
            loading={isFetching}
            onClick={() => void refetch()}
          >
            {data ? 'Check again' : 'Check now'}
          </Button>
        )}
      </div>
      {!isFetching && <RefusalNotice error={error} />}
      {data && <Steps verdict={data} opened={shown} onClose={() => setShown(false)} />}
    </section>
  )
}

function said(tone: 'unknown' | 'holds' | 'fails', subject: string, verdict: Verdict | undefined): string {
  if (!verdict) return `${subject}: not checked`
  if (tone === 'unknown') return `${subject} held when it was last checked`
  return verdict.says
}

function Steps({
  verdict,
  opened,
  onClose,
}: {
  readonly verdict: Verdict
  readonly opened: boolean
  readonly onClose: () => void
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="How this was checked" size="lg">
      <Stack>
        <Text>
          {verdict.says} Checked by this server on <Time at={verdict.checkedAt} />.
        </Text>
        <List type="ordered" spacing="sm">
          {verdict.steps.map(({ did, sound, found }) => (
            <List.Item key={`${did}${found}`}>
              <strong className={sound ? 'good' : 'bad'}>{sound ? 'Holds' : 'Does not hold'}</strong> · {did}
              <Text size="sm" c="dimmed">
                {found}
              </Text>
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed">
          The check was made by the server that also stores the data. For a check that does not rest on it, export the
          item and verify the bag on another machine.
        </Text>
      </Stack>
    </Modal>
  )
}

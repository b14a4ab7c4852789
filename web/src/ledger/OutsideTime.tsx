import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { readStamping, stampNow } from '@sallyport/api/stamps'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Ago } from '../time/Ago.tsx'
import { Time } from '../time/Time.tsx'
import { duration } from '../time/durations.ts'
import { AddAuthority } from './AddAuthority.tsx'
import { Authorities } from './Authorities.tsx'
import { clockWords, type Stamping, stampedWords } from './clock-words.ts'

const question = asked(readStamping, {})

/** Since when the ledger is known to others, by their clocks; and how well our own clock is known. */
export function OutsideTime() {
  const query = useQuery(question)
  return (
    <Answer query={query} wait="Reading who stamps the time">
      {(told) => (
        <Stack gap="lg">
          <Stamps told={told} />
          <section>
            <Title order={2} mb="xs">
              Clock of this server
            </Title>
            <Clock clock={told.clock} />
          </section>
        </Stack>
      )}
    </Answer>
  )
}

function Stamps({ told }: { readonly told: Stamping }) {
  const mayChange = may(useSession(), 'agency.change')
  const client = useQueryClient()
  const [adding, setAdding] = useState(false)
  const stamp = useMutation({
    mutationFn: () => ask(stampNow, {}),
    onSuccess: (next) => client.setQueryData(question.queryKey, next),
  })
  const asks = told.authorities.some(({ endedAt }) => endedAt === null)
  return (
    <section>
      <Title order={2} mb="xs">
        Time from outside
      </Title>
      <Stack className="card" gap="sm" align="flex-start">
        <Text fw={600}>{stampedWords(told)}</Text>
        {told.authorities.length === 0 ? (
          <Text maw="72ch">
            The times in the ledger are those of this server. An authority outside (RFC 3161) states when it saw the
            ledger, so that nobody here can date an entry back before that. It is sent a hash and nothing else. Take one
            whose root certificate the courts here accept.
          </Text>
        ) : (
          <Text c="dimmed">
            {asks
              ? `A stamp is asked for every ${duration(told.everyMinutes * 60)}, if there is anything new.`
              : 'No authority is asked any more. What was stamped stays stamped.'}
          </Text>
        )}
        <Authorities authorities={told.authorities} mayEnd={mayChange} />
        <RefusalNotice error={stamp.error} />
        {mayChange && (
          <Group gap="xs" className="no-print">
            <Button variant={asks ? 'default' : 'filled'} onClick={() => setAdding(true)}>
              Name an authority
            </Button>
            {asks && (
              <Button variant="default" loading={stamp.isPending} onClick={() => stamp.mutate()}>
                Stamp now
              </Button>
            )}
          </Group>
        )}
      </Stack>
      <AddAuthority opened={adding} onClose={() => setAdding(false)} />
    </section>
  )
}

const Clock = ({ clock }: { readonly clock: Stamping['clock'] }) => (
  <Stack className="card" gap="xs">
    <Text>{clockWords(clock)}</Text>
    {clock.checkedAt && (
      <Text c="dimmed">
        Compared <Ago at={clock.checkedAt} />, <Time at={clock.checkedAt} />. Each entry says how well its time was
        known.
      </Text>
    )}
    {clock.checkedAt === null && (
      <Text c="dimmed">
        Whoever runs the vault can name a time server, and every stamp of an authority compares the clock too.
      </Text>
    )}
  </Stack>
)

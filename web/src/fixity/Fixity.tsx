import { Button, Progress, Stack, Text, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { beginFixityRound, readFixity } from '@sallyport/api/fixity'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { counted, rate, size } from '../words/sizes.ts'
import { Findings } from './Findings.tsx'

type State = Answered<typeof readFixity>
type Round = NonNullable<State['round']>

/** While a round is under way the page reads its progress again so often. */
const everyMs = 10_000
const question = asked(readFixity, {})

/** Whether the stored bytes are still those that were received: how far the hashing is, and what it found. */
export function Fixity() {
  const session = useSession()
  const client = useQueryClient()
  const query = useQuery({
    ...question,
    refetchInterval: ({ state }) => (isUnderWay(state.data?.round) && !session.locked ? everyMs : false),
  })
  const begin = useMutation({
    mutationFn: () => ask(beginFixityRound, {}),
    onSuccess: (state) => client.setQueryData(question.queryKey, state),
  })
  return (
    <>
      <PageTitle
        title="Fixity"
        state="Every stored byte is hashed again and compared with what was received"
        actions={
          may(session, 'fixity.begin') &&
          query.data &&
          !isUnderWay(query.data.round) && (
            <Button loading={begin.isPending} onClick={() => begin.mutate()}>
              Check everything now
            </Button>
          )
        }
      />
      <Stack gap="lg">
        <RefusalNotice error={begin.error} />
        <Answer query={query} wait="Reading how far the check is">
          {(state) => <StateCard state={state} />}
        </Answer>
        <section>
          <Title order={2} mb="xs">
            Findings
          </Title>
          <Findings round={query.data?.round ?? null} />
        </section>
      </Stack>
    </>
  )
}

const isUnderWay = (round: Round | null | undefined): boolean => round?.endedAt === null

function StateCard({ state }: { readonly state: State }) {
  const { round, days, bytesPerSecond, nextAt, tooSlow } = state
  return (
    <section className="card">
      {round ? (
        <RoundFacts round={round} />
      ) : (
        <Text mb="sm">No round was made yet. What is stored was hashed when it was received.</Text>
      )}
      <dl className="facts">
        <dt>Rule</dt>
        <dd>
          Every byte at least every {counted(days, 'day')}, at most {rate(bytesPerSecond)}
        </dd>
        {nextAt && (
          <>
            <dt>Next round</dt>
            <dd>
              <Time at={nextAt} fine="minutes" />
            </dd>
          </>
        )}
      </dl>
      {tooSlow && (
        <Text className="wait" mt="sm">
          At this rate the bytes that are stored cannot all be hashed within {days} days. Whoever runs the vault can set
          a higher one (SALLYPORT_FIXITY_RATE).
        </Text>
      )}
    </section>
  )
}

function RoundFacts({ round }: { readonly round: Round }) {
  const { number, by, begunAt, endedAt, expectedEnd, objects, bytes, checked, checkedBytes } = round
  const part = bytes === 0 ? (endedAt ? 100 : 0) : Math.min(100, (checkedBytes / bytes) * 100)
  const says = endedAt
    ? `Round ${number} has ended: ${counted(checked, 'file')} and ${size(checkedBytes)} were hashed again.`
    : `Round ${number}: ${size(checkedBytes)} of ${size(bytes)} hashed again, ${counted(checked, 'file')} of ${objects.toLocaleString('en-US')}. You may leave this page.`
  return (
    <>
      <Text mb="sm">{says}</Text>
      {!endedAt && <Progress value={part} aria-label={`Round ${number}`} mb="sm" />}
      <dl className="facts">
        <dt>Begun</dt>
        <dd>
          <Time at={begunAt} /> {by ? `by ${by.name}` : 'by the vault, because it was due'}
        </dd>
        {endedAt && (
          <>
            <dt>Ended</dt>
            <dd>
              <Time at={endedAt} />
            </dd>
          </>
        )}
        {expectedEnd && (
          <>
            <dt>Done by</dt>
            <dd>
              about <Time at={expectedEnd} fine="minutes" />
            </dd>
          </>
        )}
        <dt>Found</dt>
        <dd>{foundWords(round)}</dd>
      </dl>
    </>
  )
}

function foundWords({ missing, altered, untracked, endedAt }: Round) {
  if (missing + altered + untracked === 0)
    return endedAt ? <span className="good">Everything is whole</span> : 'Nothing so far'
  return (
    <span className={missing + altered > 0 ? 'bad' : 'wait'}>
      {missing} missing, {altered} altered, {untracked} that no record knows
    </span>
  )
}

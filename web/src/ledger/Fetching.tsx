import { Button, Radio, Stack, Text, Title } from '@mantine/core'
import { changeLedgerAccess, readWitnessing } from '@sallyport/api/witnesses'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { CopyLine } from './CopyLine.tsx'
import { type Access, accessTouches, accessWords, mirrorCommand } from './fetching-words.ts'
import { Tokens } from './Tokens.tsx'
import type { Witnessing } from './witness-words.ts'

const question = asked(readWitnessing, {})
const choices = Object.keys(accessWords) as Access[]

/** Who outside may fetch the tree, and how they do it. */
export function Fetching() {
  const query = useQuery(question)
  return (
    <Answer query={query} wait="Reading who may fetch the ledger">
      {(told) => (
        <Stack gap="lg">
          <section>
            <Title order={2} mb="xs">
              Who may fetch the tree
            </Title>
            <AccessChoice key={told.access} told={told} />
          </section>
          <section>
            <Title order={2} mb="xs">
              How it is fetched
            </Title>
            <How told={told} />
          </section>
          <section>
            <Title order={2} mb="xs">
              Tokens
            </Title>
            <Tokens told={told} />
          </section>
        </Stack>
      )}
    </Answer>
  )
}

function AccessChoice({ told }: { readonly told: Witnessing }) {
  const mayChange = may(useSession(), 'agency.change')
  const client = useQueryClient()
  const [access, setAccess] = useState(told.access)
  const save = useMutation({
    mutationFn: () => ask(changeLedgerAccess, { access }),
    onSuccess: (next) => client.setQueryData(question.queryKey, next),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  if (!mayChange)
    return (
      <p className="card" style={{ margin: 0 }}>
        {accessWords[told.access].says}. {accessWords[told.access].about}
      </p>
    )
  const changed = access !== told.access
  const tokens = told.monitors.filter(({ endedAt }) => endedAt === null).length
  return (
    <form onSubmit={submit} className="card">
      <Stack gap="sm" align="flex-start">
        <Radio.Group
          label="A copy outside shows whether the ledger was changed. Leaves hold acts and times, no content."
          value={access}
          onChange={(next) => setAccess(choices.find((one) => one === next) ?? access)}
        >
          <Stack gap="xs" mt="xs">
            {choices.map((one) => (
              <Radio key={one} value={one} label={accessWords[one].says} description={accessWords[one].about} />
            ))}
          </Stack>
        </Radio.Group>
        {changed && <Text className="wait">{accessTouches(told.access, access, tokens)}</Text>}
        <RefusalNotice error={save.error} />
        <Button type="submit" loading={save.isPending} disabled={!changed}>
          Keep this choice
        </Button>
      </Stack>
    </form>
  )
}

function How({ told }: { readonly told: Witnessing }) {
  return (
    <dl className="facts card">
      <dt>Address</dt>
      <dd>
        <CopyLine text={told.prefix} of="the address" />
      </dd>
      <dt>To keep a copy</dt>
      <dd>
        <CopyLine text={mirrorCommand(told)} of="the command" />
        <Text size="sm" c="dimmed">
          {told.policy === null
            ? 'The command names the key of this ledger. '
            : 'The file policy.txt is the policy, from the page Witnesses. '}
          Hand it over by another way than this server.
        </Text>
      </dd>
      <dt>Form</dt>
      <dd>C2SP tlog-tiles: any program that reads such logs can follow it.</dd>
    </dl>
  )
}

import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { readWitnessing } from '@sallyport/api/witnesses'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asked } from '../asked.ts'
import { KeptText } from '../custody/KeptText.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { counted } from '../words/sizes.ts'
import { PolicyDialog } from './PolicyDialog.tsx'
import { Witnesses } from './Witnesses.tsx'
import { quorumWords, takesWords, type Witnessing } from './witness-words.ts'

/** The tree, and who outside has seen it grow. */
export function Tree() {
  const query = useQuery(asked(readWitnessing, {}))
  return (
    <Answer query={query} wait="Reading who witnesses the ledger">
      {(told) => (
        <Stack gap="lg">
          <TreeFacts told={told} />
          <Witnessed told={told} onLook={() => void query.refetch()} looking={query.isFetching} />
          {told.cosigned && <Cosigned cosigned={told.cosigned} />}
          {told.policy !== null && <Policy policy={told.policy} />}
        </Stack>
      )}
    </Answer>
  )
}

const TreeFacts = ({ told: { size, publishedAt, vkey } }: { readonly told: Witnessing }) => (
  <section>
    <Title order={2} mb="xs">
      The tree
    </Title>
    <dl className="facts card">
      <dt>Size</dt>
      <dd>{counted(size, 'entry', 'entries')}</dd>
      <dt>Published</dt>
      <dd>
        <Time at={publishedAt} />
      </dd>
      <dt>Origin</dt>
      <dd>
        <code>{vkey.slice(0, vkey.indexOf('+'))}</code>
      </dd>
      <dt>Public key</dt>
      <dd>
        <Digest value={vkey} of="the public key of the ledger" />
      </dd>
    </dl>
  </section>
)

type WitnessedProps = { readonly told: Witnessing; readonly onLook: () => void; readonly looking: boolean }

function Witnessed({ told, onLook, looking }: WitnessedProps) {
  const mayChange = may(useSession(), 'agency.change')
  const [changing, setChanging] = useState(false)
  return (
    <section>
      <Group justify="space-between" mb="xs">
        <Title order={2}>Witnesses</Title>
        <Button variant="subtle" size="compact-sm" className="no-print" onClick={onLook} loading={looking}>
          Look again
        </Button>
      </Group>
      <Stack className="card" gap="sm" align="flex-start">
        <Text fw={600} {...(told.policy !== null && !told.cosigned && { className: 'wait' })}>
          {quorumWords(told)}
        </Text>
        {told.policy === null ? (
          <Text maw="72ch">
            Whoever runs this server could show two histories, and nobody could tell. A witness stands on another
            machine, under another hand, and cosigns the ledger only as long as it grows without changing. The agency
            should run one itself: <code>sallyport witness</code>. docs/operations/witness.md says how.
          </Text>
        ) : (
          <Text c="dimmed">{takesWords(told.policy)}</Text>
        )}
        <Witnesses witnesses={told.witnesses} />
        {mayChange && (
          <Button
            variant={told.policy === null ? 'filled' : 'default'}
            className="no-print"
            onClick={() => setChanging(true)}
          >
            {told.policy === null ? 'Name a witness' : 'Change who witnesses'}
          </Button>
        )}
      </Stack>
      <PolicyDialog told={told} opened={changing} onClose={() => setChanging(false)} />
    </section>
  )
}

const Cosigned = ({ cosigned: { size, at, note } }: { readonly cosigned: NonNullable<Witnessing['cosigned']> }) => (
  <section>
    <Title order={2} mb="xs">
      Newest cosigned checkpoint
    </Title>
    <Stack className="card" gap="xs">
      <Text maw="72ch">
        Over the first {counted(size, 'entry', 'entries')}, <Time at={at} />. Keep a copy anywhere else: whoever has it
        can show later that no entry before it was changed, dropped or moved.
      </Text>
      <div>
        <KeptText text={note} of="the checkpoint" file={`checkpoint-${size}.txt`} />
      </div>
    </Stack>
  </section>
)

const Policy = ({ policy }: { readonly policy: string }) => (
  <section>
    <Title order={2} mb="xs">
      Policy for readers
    </Title>
    <Stack className="card" gap="xs">
      <Text maw="72ch">
        Whom a reader trusts (C2SP tlog-policy). Hand it to prosecutors, courts and other agencies by another way than
        this server: a reader who holds it takes no checkpoint without enough witnesses.
      </Text>
      <div>
        <KeptText text={policy} of="the policy" file="policy.txt" />
      </div>
    </Stack>
  </section>
)

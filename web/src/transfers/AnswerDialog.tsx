import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { acceptTransfer, refuseTransfer, withdrawTransfer } from '@sallyport/api/transfers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { itemAsked } from '../items/use-item.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { CodeField } from '../sessions/CodeField.tsx'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { exhibitWords } from '../words/labels.ts'
import { exactSize } from '../words/sizes.ts'
import { partyWords, signingWords, type Transfer } from './party-words.ts'

type Props = { readonly transfer: Transfer; readonly opened: boolean; readonly onClose: () => void }

/** An offer of custody, whole, with what the person may do about it: sign, refuse, or take it back. */
export function AnswerDialog({ transfer, opened, onClose }: Props) {
  const client = useQueryClient()
  const answered = () => {
    void client.invalidateQueries({ queryKey: ['/transfers'] })
    void client.invalidateQueries({ queryKey: itemAsked(transfer.item.id).queryKey })
    onClose()
  }
  return (
    <Modal opened={opened} onClose={onClose} title="Custody on offer" size="lg">
      <Stack>
        <Offered transfer={transfer} />
        {transfer.may.accept && <Sign transfer={transfer} onDone={answered} />}
        {transfer.may.refuse && <Refuse transfer={transfer} onDone={answered} />}
        {transfer.may.withdraw && !transfer.may.accept && <Withdraw transfer={transfer} onDone={answered} />}
      </Stack>
    </Modal>
  )
}

const Offered = ({ transfer }: { readonly transfer: Transfer }) => (
  <dl className="facts card">
    <dt>Item</dt>
    <dd>
      {exhibitWords(transfer.item.exhibit)} of case {transfer.item.case} · {transfer.item.title}
    </dd>
    <dt>Size</dt>
    <dd>{exactSize(transfer.item.size)}</dd>
    {transfer.item.sha256 && (
      <>
        <dt>SHA-256</dt>
        <dd>
          <Digest value={transfer.item.sha256} of="the SHA-256 of the item" />
        </dd>
      </>
    )}
    <dt>From</dt>
    <dd>{partyWords(transfer.from)}</dd>
    <dt>To</dt>
    <dd>{partyWords(transfer.to)}</dd>
    <dt>Condition</dt>
    <dd>{transfer.condition}</dd>
    <dt>Seal or package</dt>
    <dd>{transfer.package ?? <span className="dim">None named</span>}</dd>
    <dt>Why</dt>
    <dd>{transfer.why ?? <span className="dim">No reason given</span>}</dd>
    <dt>Offered</dt>
    <dd>
      <Time at={transfer.offeredAt} /> by {transfer.offeredBy.name}, until <Time at={transfer.endsAt} fine="minutes" />
    </dd>
    <dt>Digest of all this</dt>
    <dd>
      <Digest value={transfer.digest} of="the digest of the offer" />
    </dd>
  </dl>
)

type StepProps = { readonly transfer: Transfer; readonly onDone: () => void }

function Sign({ transfer: { id, digest }, onDone }: StepProps) {
  const [code, setCode] = useState('')
  const accept = useMutation({ mutationFn: () => ask(acceptTransfer, { id, digest, code }), onSuccess: onDone })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    accept.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">Compare the thing with what stands here, then sign for it. {signingWords}</Text>
        <Group align="flex-end">
          <CodeField value={code} onChange={setCode} />
          <Button type="submit" loading={accept.isPending} disabled={code.length !== 6}>
            Sign and take over
          </Button>
        </Group>
        <RefusalNotice error={accept.error} />
      </Stack>
    </form>
  )
}

const Refuse = ({ transfer: { id }, onDone }: StepProps) => (
  <WithReason
    label="Why you refuse it"
    deed="Refuse"
    send={(why) => ask(refuseTransfer, { id, why })}
    onDone={onDone}
  />
)

const Withdraw = ({ transfer: { id }, onDone }: StepProps) => (
  <WithReason
    label="Why you take the offer back"
    deed="Withdraw the offer"
    send={(why) => ask(withdrawTransfer, { id, why })}
    onDone={onDone}
  />
)

type ReasonProps = {
  readonly label: string
  readonly deed: string
  readonly send: (why: string) => Promise<Transfer>
  readonly onDone: () => void
}

function WithReason({ label, deed, send, onDone }: ReasonProps) {
  const [why, setWhy] = useState('')
  const answer = useMutation({ mutationFn: () => send(why), onSuccess: onDone })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    answer.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <TextInput
          label={label}
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          maxLength={400}
          required
          flex={1}
          miw={220}
        />
        <Button type="submit" variant="default" loading={answer.isPending}>
          {deed}
        </Button>
      </Group>
      <RefusalNotice error={answer.error} />
    </form>
  )
}

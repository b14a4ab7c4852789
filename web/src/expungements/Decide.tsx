import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { approveExpungement, declineExpungement, withdrawExpungement } from '@sallyport/api/expungements'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { counted } from '../words/sizes.ts'
import type { Order } from './order-words.ts'

function useDecision<Asking>(deed: (asking: Asking) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: deed,
    // What is shown of items, cases and people may be gone.
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' }),
  })
}

/** What the second person can do with an order, and what the first one can take back. */
export function Decide({ order, entries }: { readonly order: Order; readonly entries: number }) {
  const session = useSession()
  const approves = may(session, 'expungement.approve')
  return (
    <Stack gap="lg" className="no-print">
      {order.may.approve && <Approve order={order} entries={entries} />}
      {approves && !order.may.approve && (
        <p className="wait">You drafted this order, so somebody else approves it: it takes two people.</p>
      )}
      {approves && <Decline order={order} />}
      {order.may.withdraw && <Withdraw order={order} />}
    </Stack>
  )
}

function Approve({ order, entries }: { readonly order: Order; readonly entries: number }) {
  const [reference, setReference] = useState('')
  const approve = useDecision(() => ask(approveExpungement, { id: order.id, reference }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    approve.mutate(undefined)
  }
  return (
    <form onSubmit={submit} className="card">
      <Stack gap="sm">
        <Title order={2}>Approve</Title>
        <Text>
          This destroys what is counted above, for good: no backup of this vault brings it back without breaking the
          order. Compare court, number and date with the order itself before you go on.
        </Text>
        <TextInput
          label="Number of the order"
          description="Type it from the paper in your hand."
          value={reference}
          onChange={(event) => setReference(event.currentTarget.value)}
          maxLength={120}
          autoComplete="off"
          required
        />
        <RefusalNotice error={approve.error} />
        <Button
          type="submit"
          color="red"
          variant="outline"
          loading={approve.isPending}
          disabled={reference.trim() === ''}
          style={{ alignSelf: 'flex-start' }}
        >
          Destroy what {counted(entries, 'entry says', 'entries say')}
        </Button>
      </Stack>
    </form>
  )
}

function Decline({ order }: { readonly order: Order }) {
  const [why, setWhy] = useState('')
  const decline = useDecision(() => ask(declineExpungement, { id: order.id, why }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    decline.mutate(undefined)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Title order={2}>Decline</Title>
        <TextInput
          label="Why it is not executed as drafted"
          value={why}
          onChange={(event) => setWhy(event.currentTarget.value)}
          maxLength={400}
          required
        />
        <RefusalNotice error={decline.error} />
        <Button type="submit" variant="default" loading={decline.isPending} style={{ alignSelf: 'flex-start' }}>
          Decline the order
        </Button>
      </Stack>
    </form>
  )
}

function Withdraw({ order }: { readonly order: Order }) {
  const withdraw = useDecision(() => ask(withdrawExpungement, { id: order.id }))
  return (
    <Group>
      <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
        Withdraw the draft
      </Button>
      <RefusalNotice error={withdraw.error} />
    </Group>
  )
}

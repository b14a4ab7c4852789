import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core'
import { offerTransfer } from '@sallyport/api/transfers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Asking, ask } from '../call.ts'
import { type ItemRecord, itemAsked } from '../items/use-item.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { CodeField } from '../sessions/CodeField.tsx'
import { useSession } from '../sessions/session.ts'
import { Digest } from '../words/Digest.tsx'
import { exhibitWords } from '../words/labels.ts'
import { exactSize } from '../words/sizes.ts'
import { partyWords, signingWords } from './party-words.ts'
import { OutsiderFields, noOutsider, PersonField } from './ReceiverFields.tsx'
import { given, ReasonField } from './ReasonField.tsx'

type Props = { readonly item: ItemRecord; readonly opened: boolean; readonly onClose: () => void }

/** Offers custody of an item: first everything that both will have seen, then the signature. */
export function TransferDialog(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="Pass on custody" size="lg">
      <OfferForm {...props} />
    </Modal>
  )
}

function OfferForm({ item, onClose }: Props) {
  const client = useQueryClient()
  const session = useSession()
  const isCustodian = session.permissions['item.transfer'] === 'agency'
  const [kind, setKind] = useState<'person' | 'outside'>('person')
  const [person, setPerson] = useState<string | null>(null)
  const [outsider, setOutsider] = useState(noOutsider)
  const [words, setWords] = useState({ why: '', condition: '', package: '', code: '' })
  const offer = useMutation({
    mutationFn: (to: Asking<typeof offerTransfer>['to']) =>
      ask(offerTransfer, {
        id: item.id,
        to,
        condition: words.condition,
        code: words.code,
        ...given(words.why),
        ...(words.package.trim() !== '' && { package: words.package }),
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: itemAsked(item.id).queryKey })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (kind === 'person' && person !== null) offer.mutate({ kind, id: person })
    if (kind === 'outside') offer.mutate(outsider)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Thing item={item} />
        {isCustodian && (
          <Radio.Group label="Receiver" value={kind} onChange={(next) => setKind(next === 'outside' ? next : 'person')}>
            <Group mt={4}>
              <Radio value="person" label="A person of this agency" />
              <Radio value="outside" label="Somebody outside" />
            </Group>
          </Radio.Group>
        )}
        {kind === 'person' ? (
          <PersonField
            value={person}
            onChange={setPerson}
            but={item.holder.by.kind === 'person' ? item.holder.by.id : null}
          />
        ) : (
          <OutsiderFields value={outsider} onChange={setOutsider} />
        )}
        <TextInput
          label="Condition"
          description="Of the thing that changes hands, and of its seal"
          value={words.condition}
          onChange={(event) => setWords({ ...words, condition: event.currentTarget.value })}
          maxLength={400}
          required
        />
        <TextInput
          label="Number of the seal or the package"
          value={words.package}
          onChange={(event) => setWords({ ...words, package: event.currentTarget.value })}
          maxLength={120}
        />
        <ReasonField
          touch="transfer"
          label="Why custody passes"
          value={words.why}
          onChange={(why) => setWords({ ...words, why })}
        />
        <Text size="sm" c="dimmed">
          {kind === 'person'
            ? 'Custody passes once the receiver has signed too, within a week.'
            : 'Nobody outside can sign here: you sign alone, and the entry says so. Custody passes at once.'}{' '}
          {signingWords}
        </Text>
        <CodeField value={words.code} onChange={(code) => setWords({ ...words, code })} />
        <RefusalNotice error={offer.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={offer.isPending} disabled={kind === 'person' && person === null}>
            {kind === 'person' ? 'Sign and offer' : 'Sign and hand over'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const Thing = ({ item }: { readonly item: ItemRecord }) => (
  <dl className="facts card">
    <dt>Item</dt>
    <dd>
      {exhibitWords(item.exhibit)} of case {item.case.number} · {item.title}
    </dd>
    <dt>Size</dt>
    <dd>{exactSize(item.size)}</dd>
    {item.sha256 && (
      <>
        <dt>SHA-256</dt>
        <dd>
          <Digest value={item.sha256} of="the SHA-256 of the item" />
        </dd>
      </>
    )}
    <dt>Held by</dt>
    <dd>{partyWords(item.holder.by)}</dd>
  </dl>
)

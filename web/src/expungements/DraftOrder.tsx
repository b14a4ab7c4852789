import { Button, Group, NativeSelect, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { readCase } from '@sallyport/api/cases'
import { draftExpungement, listExpungements } from '@sallyport/api/expungements'
import { listPeople } from '@sallyport/api/people'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { type Asking, ask } from '../call.ts'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { itemAsked } from '../items/use-item.ts'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { exhibitWords } from '../words/labels.ts'

type Draft = Asking<typeof draftExpungement>

const route = getRouteApi('/signed-in/expungements/draft')

/** What a custodian writes down from the order of a court. Begun from the item or the person that it names. */
export function DraftOrder() {
  const search = route.useSearch()
  const [person, setPerson] = useState('')
  const scope = scopeOf({ ...search, person })
  return (
    <>
      <PageTitle title="Draft an order" within={<TextLink to="/expungements">Expungements</TextLink>} />
      <Stack maw={720}>
        <section className="card">
          {search.item && <AboutItem id={search.item} />}
          {search.case && search.note && <AboutPerson of={search.case} note={search.note} />}
          {!search.item && !search.note && <AboutAccount value={person} onChange={setPerson} />}
        </section>
        <OrderForm scope={scope} />
      </Stack>
    </>
  )
}

/** Ids come from the address, which a person may have typed: the vault judges them. */
function scopeOf(of: { item?: string; case?: string; note?: string; person: string }): Draft['scope'] | null {
  if (of.item) return { kind: 'item', item: of.item }
  if (of.case && of.note) return { kind: 'person', case: of.case, note: of.note }
  return of.person ? { kind: 'account', person: of.person } : null
}

function AboutItem({ id }: { readonly id: string }) {
  return (
    <Answer query={useQuery(itemAsked(id))} wait="Reading the item">
      {(item) => (
        <>
          The order is about{' '}
          <TextLink to="/items/$id" params={{ id }} underline="always">
            {exhibitWords(item.exhibit)} · {item.title}
          </TextLink>{' '}
          of case {item.case.number}. Its record, its digest, its keys and its bytes are destroyed, and what every entry
          of its custody says. Its number stays.
        </>
      )}
    </Answer>
  )
}

function AboutPerson({ of, note }: { readonly of: string; readonly note: string }) {
  return (
    <Answer query={useQuery(asked(readCase, { id: of }))} wait="Reading the case">
      {({ number, people }) => (
        <>
          The order is about{' '}
          <strong>{people.find(({ id }) => id === note)?.name ?? 'somebody who is not named any more'}</strong>, named
          in case {number}. The naming is destroyed, notes of the case that contain the name, and what entries on the
          case say of it.
        </>
      )}
    </Answer>
  )
}

type AccountProps = { readonly value: string; readonly onChange: (id: string) => void }

function AboutAccount({ value, onChange }: AccountProps) {
  return (
    <Stack gap="sm">
      <Text>
        An order on an item is drafted from the page of the item, one on a person from the people of the case. This is
        one on the details of an account: the name, the badge and the sign-in name, and everything that entries by it
        say.
      </Text>
      <Answer query={useQuery(asked(listPeople, {}))} wait="Reading the people">
        {(people) => (
          <NativeSelect
            label="Account"
            data={[
              { value: '', label: 'Choose' },
              ...people.map(({ id, name, signInName }) => ({ value: id as string, label: `${name} (${signInName})` })),
            ]}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </Answer>
    </Stack>
  )
}

const empty = { court: '', reference: '', issuedOn: '', judge: '', note: '', words: '' }

function OrderForm({ scope }: { readonly scope: Draft['scope'] | null }) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [fields, setFields] = useState(empty)
  const draft = useMutation({
    mutationFn: (order: Draft) => ask(draftExpungement, order),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: [listExpungements.path] })
      void navigate({ to: '/expungements/$id', params: { id } })
    },
  })
  const field = (name: keyof typeof empty) => ({
    value: fields[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setFields((now) => ({ ...now, [name]: value })),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!scope) return
    const { note, words, ...order } = fields
    const lines = words.split('\n').map((word) => word.trim())
    draft.mutate({
      ...order,
      scope,
      words: lines.filter((word) => word !== ''),
      ...(note.trim() !== '' && { note }),
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label="Court" maxLength={200} required {...field('court')} />
        <TextInput
          label="Number of the order"
          description="It stands in the ledger for good: the number, and no name."
          maxLength={120}
          required
          {...field('reference')}
        />
        <Group grow align="flex-start">
          <TextInput type="date" label="Issued on" required {...field('issuedOn')} />
          <TextInput label="Judge" maxLength={120} required {...field('judge')} />
        </Group>
        <Textarea
          label="Words to look for"
          description="One in each line, at least three characters: a name, a file name, a plate. Entries anywhere in the ledger that contain one are destroyed too, such as a search for a name."
          autosize
          minRows={2}
          {...field('words')}
        />
        <Textarea
          label="What the order says"
          description="For whoever approves it. Destroyed when it is decided."
          maxLength={8000}
          autosize
          minRows={3}
          {...field('note')}
        />
        <RefusalNotice error={draft.error} />
        <Text size="sm" c="dimmed">
          Nothing is destroyed now. A supervisor or an administrator sees what it would touch, and approves or declines.
        </Text>
        <Button type="submit" loading={draft.isPending} disabled={!scope} style={{ alignSelf: 'flex-start' }}>
          Draft the order
        </Button>
      </Stack>
    </form>
  )
}

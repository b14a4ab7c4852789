import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { changeAgency, readAgency } from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import type { ReasonTouch } from '@sallyport/core/access'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, sessionQuery, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { ReasonChoice, touchWords } from './ReasonChoice.tsx'
import { zoneNames } from './zone-names.ts'

type Settings = Answered<typeof readAgency>

/** The rules of the agency. They can be made stricter than the policy, never looser. */
export function AgencySettings({ settings }: { readonly settings: Settings }) {
  const session = useSession()
  const mayChange = may(session, 'agency.change')
  return (
    <Stack>
      <dl className="facts card">
        <dt>ORI</dt>
        <dd>{settings.ori}</dd>
        <dt>Short name</dt>
        <dd>{settings.slug}</dd>
        <dt>Policy</dt>
        <dd>CJIS Security Policy 6 (two factors, five failures lock, idle lock, notice before sign-in)</dd>
        <dt>Set up</dt>
        <dd>
          <Time at={settings.createdAt} />
        </dd>
      </dl>
      {mayChange ? <Form settings={settings} /> : <Read settings={settings} />}
    </Stack>
  )
}

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((touch) => other.includes(touch))

const Read = ({ settings }: { readonly settings: Settings }) => (
  <dl className="facts card">
    <dt>Time zone</dt>
    <dd>{settings.timeZone}</dd>
    <dt>Shortest password</dt>
    <dd>{settings.passwordLength} characters</dd>
    <dt>A reason is asked for</dt>
    <dd>{['a download, an export', ...settings.reasonFor.map((touch) => touchWords[touch])].join(', ')}</dd>
    <dt>Notice</dt>
    <dd>{settings.banner.text}</dd>
  </dl>
)

function Form({ settings }: { readonly settings: Settings }) {
  const client = useQueryClient()
  const [name, setName] = useState(settings.name)
  const [timeZone, setTimeZone] = useState(settings.timeZone)
  const [length, setLength] = useState(String(settings.passwordLength))
  const [bannerText, setBanner] = useState(settings.banner.text)
  const [reasonFor, setReasonFor] = useState<readonly ReasonTouch[]>(settings.reasonFor)
  const changes = {
    ...(name !== settings.name && { name }),
    ...(timeZone !== settings.timeZone && { timeZone }),
    ...(Number(length) !== settings.passwordLength && { passwordLength: Number(length) }),
    ...(bannerText !== settings.banner.text && { bannerText }),
    ...(!isSame(reasonFor, settings.reasonFor) && { reasonFor: [...reasonFor] }),
  }
  const save = useMutation({
    mutationFn: () => ask(changeAgency, changes),
    onSuccess: (changed) => {
      client.setQueryData(asked(readAgency, {}).queryKey, changed)
      void client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="card">
      <Stack>
        <TextInput
          label="Name of the agency"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
        />
        <Group align="flex-start" grow>
          <Select
            label="Time zone"
            data={zoneNames(timeZone)}
            value={timeZone}
            onChange={(next) => setTimeZone(next ?? timeZone)}
            searchable
            required
          />
          <TextInput
            type="number"
            label="Shortest password"
            description="Characters, 8 to 64"
            min={8}
            max={64}
            value={length}
            onChange={(event) => setLength(event.currentTarget.value)}
            required
          />
        </Group>
        <ReasonChoice value={reasonFor} onChange={setReasonFor} />
        <Textarea
          label="System use notice"
          description="When it changes, everybody has to accept it anew at their next sign-in."
          value={bannerText}
          onChange={(event) => setBanner(event.currentTarget.value)}
          autosize
          minRows={5}
          maxRows={16}
          maxLength={4000}
          required
        />
        <RefusalNotice error={save.error} />
        {save.isSuccess && Object.keys(changes).length === 0 && (
          <Text role="status">Saved, and entered in the ledger.</Text>
        )}
        <Button
          type="submit"
          loading={save.isPending}
          disabled={Object.keys(changes).length === 0}
          style={{ alignSelf: 'flex-start' }}
        >
          Save
        </Button>
      </Stack>
    </form>
  )
}

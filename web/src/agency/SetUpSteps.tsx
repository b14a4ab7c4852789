import { Checkbox, PasswordInput, Radio, Select, Stack, Text, Textarea, TextInput, Title } from '@mantine/core'
import type { beginSetUp } from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import { AuthenticatorSecret } from '../people/AuthenticatorSecret.tsx'
import { NewPassword } from '../people/NewPassword.tsx'
import { CodeField } from '../sessions/CodeField.tsx'
import { type Faults, type SetUpForm, shortestPassword, slugFrom } from './set-up-form.ts'
import { zoneNames } from './zone-names.ts'

export type StepProps = {
  readonly form: SetUpForm
  readonly beginning: Answered<typeof beginSetUp>
  readonly faults: Faults
  readonly change: (part: Partial<SetUpForm>) => void
}

export function AgencyStep({ form, faults, change }: StepProps) {
  return (
    <Stack>
      <TextInput
        label="Name of the agency"
        value={form.name}
        error={faults.name}
        onChange={(event) => {
          const name = event.currentTarget.value
          change({ name, ...(form.slug === slugFrom(form.name) && { slug: slugFrom(name) }) })
        }}
        autoComplete="organization"
        maxLength={120}
        required
      />
      <TextInput
        label="ORI"
        description="Originating Agency Identifier: nine letters and digits"
        value={form.ori}
        error={faults.ori}
        onChange={(event) => change({ ori: event.currentTarget.value.toUpperCase() })}
        maxLength={9}
        required
      />
      <TextInput
        label="Short name"
        description="Part of the name of the ledger and of sign-in links. It cannot be changed later."
        value={form.slug}
        error={faults.slug}
        onChange={(event) => change({ slug: event.currentTarget.value.toLowerCase() })}
        maxLength={40}
        required
      />
      <Select
        label="Time zone"
        description="Every time is shown on this clock and in UTC"
        data={zoneNames(form.timeZone)}
        value={form.timeZone}
        error={faults.timeZone}
        onChange={(timeZone) => change({ timeZone: timeZone ?? form.timeZone })}
        searchable
        required
      />
    </Stack>
  )
}

export function AdministratorStep({ form, beginning, faults, change }: StepProps) {
  return (
    <Stack>
      <Text>
        An administrator invites people and sets the rules. They see no case and no item, unless they are also
        custodian.
      </Text>
      <TextInput
        label="Your name"
        value={form.person}
        error={faults.person}
        onChange={(event) => change({ person: event.currentTarget.value })}
        autoComplete="name"
        maxLength={120}
        required
      />
      <TextInput
        label="Sign-in name"
        value={form.signInName}
        error={faults.signInName}
        onChange={(event) => change({ signInName: event.currentTarget.value.toLowerCase() })}
        autoComplete="username"
        maxLength={64}
        required
      />
      <NewPassword password={form.password} again={form.again} shortest={shortestPassword} onChange={change} />
      {(faults.password ?? faults.again) && (
        <Text className="bad" role="alert">
          {faults.password ?? faults.again}
        </Text>
      )}
      <Title order={2}>Authenticator</Title>
      <AuthenticatorSecret uri={beginning.totpUri} secret={beginning.totpSecret} />
      <Checkbox
        label="I also handle evidence (custodian)"
        description="For a small agency. In a larger one, whoever runs the vault should not see what is in it."
        checked={form.alsoCustodian}
        onChange={(event) => change({ alsoCustodian: event.currentTarget.checked })}
      />
    </Stack>
  )
}

export function KeyStep({ form, beginning, faults, change }: StepProps) {
  return (
    <Stack>
      <Text>
        Everything in the vault is sealed under the key of the agency. The key lies in{' '}
        <code>{beginning.keyFolder}</code>, itself sealed under a passphrase that you choose now. Whoever has the disks
        but not the passphrase can read nothing. If the passphrase is lost, so is everything: nobody can bring it back.
      </Text>
      <PasswordInput
        label="Passphrase"
        description="At least 15 characters. Five or six words that have nothing to do with each other."
        value={form.passphrase}
        error={faults.passphrase}
        onChange={(event) => change({ passphrase: event.currentTarget.value })}
        autoComplete="off"
        required
      />
      <PasswordInput
        label="The same passphrase again"
        value={form.passphraseAgain}
        error={faults.passphraseAgain}
        onChange={(event) => change({ passphraseAgain: event.currentTarget.value })}
        autoComplete="off"
        required
      />
      <Radio.Group
        label="After each start of the server"
        value={form.unlock}
        onChange={(unlock) => change({ unlock: unlock === 'by-file' ? 'by-file' : 'by-hand' })}
      >
        <Stack gap="sm" mt="xs">
          <Radio
            value="by-hand"
            label="An administrator types the passphrase"
            description="Stolen disks, and an operator without the passphrase, read nothing. But after a power cut at night nobody can sign in until somebody has typed it."
          />
          <Radio
            value="by-file"
            label="The server keeps the passphrase in a file and opens by itself"
            description="It starts without help. But whoever can read that file, which includes every operator with root and whoever carries the whole machine away, can read everything. Choose this only if the server stands in your own locked room."
          />
        </Stack>
      </Radio.Group>
    </Stack>
  )
}

export const NoticeStep = ({ form, faults, change }: StepProps) => (
  <Textarea
    label="System use notice"
    description="Shown to everybody before they sign in, until they accept it (CJIS Security Policy AC-8). Have your counsel read it."
    value={form.bannerText}
    error={faults.bannerText}
    onChange={(event) => change({ bannerText: event.currentTarget.value })}
    autosize
    minRows={8}
    maxRows={18}
    maxLength={4000}
    required
  />
)

export function SummaryStep({ form, faults, change }: StepProps) {
  return (
    <Stack>
      <dl className="facts">
        <dt>Agency</dt>
        <dd>
          {form.name} · ORI {form.ori} · {form.slug}
        </dd>
        <dt>Time zone</dt>
        <dd>{form.timeZone}</dd>
        <dt>Administrator</dt>
        <dd>
          {form.person} ({form.signInName}){form.alsoCustodian && ', also custodian'}
        </dd>
        <dt>Key</dt>
        <dd>
          {form.unlock === 'by-hand'
            ? 'Released by hand after each start'
            : 'Released by the server itself, from a file'}
        </dd>
        <dt>Password rule</dt>
        <dd>CJIS Security Policy 6: {shortestPassword} characters or more, banned list, two factors</dd>
      </dl>
      <CodeField
        value={form.code}
        onChange={(code) => change({ code })}
        label="Code that your authenticator shows now"
      />
      {faults.code && (
        <Text className="bad" role="alert">
          {faults.code}
        </Text>
      )}
    </Stack>
  )
}

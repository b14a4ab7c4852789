import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { beginSetUp, setUp } from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { ButtonLink } from '../frame/links.tsx'
import { useFragment } from '../frame/use-fragment.ts'
import { Answer } from '../refusal/Answer.tsx'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Entrance } from '../sessions/Entrance.tsx'
import { Digest } from '../words/Digest.tsx'
import { AgencyStep, AdministratorStep, KeyStep, NoticeStep, type StepProps, SummaryStep } from './SetUpSteps.tsx'
import { askingOf, emptySetUp, faultsOf, type SetUpForm } from './set-up-form.ts'

const steps = [
  { title: 'The agency', Step: AgencyStep },
  { title: 'The first administrator', Step: AdministratorStep },
  { title: 'The key', Step: KeyStep },
  { title: 'The notice', Step: NoticeStep },
  { title: 'Check and create', Step: SummaryStep },
] as const

/** Sets up an agency, guided, by the link that the server printed. The token stands behind the # and reaches no log. */
export function SetUp() {
  const token = useFragment()
  const begun = useQuery({
    ...asked(beginSetUp, { token }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: token !== '',
  })
  useEffect(() => {
    document.title = 'Set up · Sallyport'
  }, [])
  if (token === '')
    return (
      <Entrance>
        <Title order={1}>This link is not complete</Title>
        <Text>Open the whole set-up link from the terminal of the server, with everything after the # sign.</Text>
      </Entrance>
    )
  return (
    <Entrance wide>
      <Answer query={begun} wait="Checking the set-up link">
        {(beginning) => <Guide token={token} beginning={beginning} />}
      </Answer>
    </Entrance>
  )
}

function Guide({ token, beginning }: { readonly token: string; readonly beginning: Answered<typeof beginSetUp> }) {
  const [step, setStep] = useState(0)
  const [form, setForm] = useState<SetUpForm>({ ...emptySetUp, bannerText: beginning.bannerText })
  const [told, setTold] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  const place = useRef<HTMLFormElement>(null)
  const create = useMutation({
    mutationFn: () => ask(setUp, askingOf(token, beginning.totpSecret, form)),
    onError: () => setForm((now) => ({ ...now, code: '' })),
  })
  useEffect(() => {
    if (step > 0) heading.current?.focus()
  }, [step])
  if (create.isSuccess) return <Created made={create.data} form={form} />

  const faults = faultsOf(step, form)
  const { title, Step } = steps[step] ?? steps[0]
  const last = step === steps.length - 1
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const sound = Object.keys(faults).length === 0
    setTold(!sound)
    if (!sound) {
      requestAnimationFrame(() => place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
      return
    }
    if (last) create.mutate()
    else setStep(step + 1)
  }
  const stepProps: StepProps = {
    form,
    beginning,
    faults: told ? faults : {},
    change: (part) => setForm((now) => ({ ...now, ...part })),
  }

  return (
    <form onSubmit={submit} ref={place} noValidate>
      <Stack gap="md">
        <div>
          <Text c="dimmed">
            Step {step + 1} of {steps.length}
          </Text>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
        </div>
        <Step {...stepProps} />
        <RefusalNotice error={create.error} />
        <Group justify="space-between">
          <Button variant="default" disabled={step === 0 || create.isPending} onClick={() => setStep(step - 1)}>
            Back
          </Button>
          <Button type="submit" loading={create.isPending}>
            {last ? 'Create the agency' : 'Go on'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Created({ made, form }: { readonly made: Answered<typeof setUp>; readonly form: SetUpForm }) {
  return (
    <Stack>
      <Title order={1}>{form.name} is set up</Title>
      <Text>
        The ledger has begun. This is the public key that signs it: keep it outside this server, so that nobody can put
        another ledger in its place unseen.
      </Text>
      <div className="card">
        <Digest value={made.ledgerKey} of="the public key of the ledger" />
      </div>
      <ol>
        <li>
          Put the passphrase in a safe: two sealed envelopes in two places. Without it nothing can be read, by anyone.
        </li>
        <li>Sign in with the next code of your authenticator, and invite a second administrator.</li>
        <li>Invite officers, detectives and a custodian. They open the first case.</li>
      </ol>
      <ButtonLink to="/sign-in" search={{ agency: made.slug }}>
        Sign in
      </ButtonLink>
    </Stack>
  )
}

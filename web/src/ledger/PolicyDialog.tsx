import { Button, Group, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { changePolicy, readWitnessing } from '@sallyport/api/witnesses'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { ask, RefusedCall } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import styles from './ledger.module.css'
import { NextStep } from './NextStep.tsx'
import { type PolicyFault, PolicyFaultNotice } from './PolicyFault.tsx'
import { PolicyRows } from './PolicyRows.tsx'
import { ended, formOf, type Log, type PolicyForm, readTyped, rowOfLine, textOf } from './policy-form.ts'
import { touched, type Witnessing } from './witness-words.ts'

type Props = { readonly told: Witnessing; readonly opened: boolean; readonly onClose: () => void }

/** Changes who witnesses the ledger: row by row, or as the text of the policy. What it touches is said before. */
export function PolicyDialog({ told, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Who witnesses the ledger" size="xl">
      <Change told={told} onClose={onClose} />
    </Modal>
  )
}

const nobody = { name: '', vkey: '', url: '' }

/** What the dialog holds while a person writes. Of the two ways to write, the one in `way` counts. */
type Draft = { readonly way: 'rows' | 'text'; readonly form: PolicyForm | undefined; readonly text: string }

function draftOf(policy: string | null, log: Log): Draft {
  const form = formOf(policy, log)
  const begun = form && form.witnesses.length === 0 ? { witnesses: [nobody], least: 1 } : form
  return { way: form ? 'rows' : 'text', form: begun, text: policy ?? `log ${log.vkey} ${log.prefix}\nquorum none\n` }
}

/** The policy as it would be kept. An empty text, or no row, ends witnessing. */
function policyOf({ way, form, text }: Draft, log: Log): string | null {
  if (way === 'rows') return form ? textOf(form, log) : null
  return text.trim() === '' ? null : ended(text)
}

const localFault = (policy: string | null): PolicyFault | null => {
  const read = policy === null ? undefined : readTyped(policy)
  return policy !== null && read?.is === 'malformed' ? { line: read.line, why: read.why, text: policy } : null
}

const rowOf = ({ way, form }: Draft, { line }: PolicyFault): number | undefined =>
  way === 'rows' && form && line !== undefined ? rowOfLine(form, line) : undefined

const refusedFault = (error: unknown, policy: string | null): PolicyFault | null => {
  if (!(error instanceof RefusedCall) || error.refused.code !== 'ledger/bad-policy') return null
  const { line, why = '' } = error.refused.facts
  return { line: line === undefined ? undefined : Number(line), why, text: policy ?? '' }
}

function Change({ told, onClose }: { readonly told: Witnessing; readonly onClose: () => void }) {
  const client = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(told.policy, told))
  const [fault, setFault] = useState<PolicyFault | null>(null)
  const [step, setStep] = useState<'first' | 'review' | 'again'>('first')
  const policy = policyOf(draft, told)
  const save = useMutation({
    mutationFn: () => ask(changePolicy, { policy }),
    onSuccess: (next) => {
      const { queryKey } = asked(readWitnessing, {})
      client.setQueryData(queryKey, next)
      // Witnesses that can be reached answer within a second.
      setTimeout(() => void client.invalidateQueries({ queryKey }), 2000)
      onClose()
    },
    onError: (error) => {
      const refused = refusedFault(error, policy)
      if (refused) {
        setFault(refused)
        setStep('again')
      }
    },
  })
  const review = (event: FormEvent) => {
    event.preventDefault()
    const found = localFault(policy)
    setFault(found)
    if (!found) setStep('review')
  }
  if (step === 'review')
    return (
      <Review
        before={told.policy}
        after={policy}
        error={save.error}
        saving={save.isPending}
        onBack={() => setStep('again')}
        onSave={() => save.mutate()}
      />
    )
  return (
    <form onSubmit={review}>
      <Stack>
        {step === 'again' && <NextStep>Change what you wrote</NextStep>}
        <Write draft={draft} log={told} fault={fault} onChange={setDraft} />
        {fault && <PolicyFaultNotice fault={fault} row={rowOf(draft, fault)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={policy === told.policy}>
            See what it changes
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type WriteProps = {
  readonly draft: Draft
  readonly log: Log
  readonly fault: PolicyFault | null
  readonly onChange: (next: Draft) => void
}

function Write({ draft, log, fault, onChange }: WriteProps) {
  const toWay = (way: string) => {
    if (way === 'text')
      return onChange({ ...draft, way, text: policyOf(draft, log) ?? (draft.form?.witnesses.length ? draft.text : '') })
    const form = formOf(draft.text.trim() === '' ? null : ended(draft.text), log)
    onChange({ ...draft, way: 'rows', form })
  }
  return (
    <>
      <SegmentedControl
        aria-label="How the policy is written"
        data={[
          { value: 'rows', label: 'Step by step' },
          { value: 'text', label: 'As text, for experts' },
        ]}
        value={draft.way}
        onChange={toWay}
      />
      {draft.way === 'text' ? (
        <Textarea
          className={styles['text'] ?? ''}
          label="Policy (C2SP tlog-policy)"
          description="One statement a line: log, witness, group, quorum. An empty text ends witnessing."
          value={draft.text}
          onChange={(event) => onChange({ ...draft, text: event.currentTarget.value })}
          autosize
          minRows={8}
          maxRows={20}
          maxLength={65_536}
          spellCheck={false}
          error={fault ? true : undefined}
        />
      ) : draft.form ? (
        <PolicyRows form={draft.form} fault={fault} onChange={(form) => onChange({ ...draft, form })} />
      ) : (
        <Text>
          This policy says more than this form can show, such as groups or notes, or it cannot be read. Change it as
          text, so that nothing is lost.
        </Text>
      )}
    </>
  )
}

type ReviewProps = {
  readonly before: string | null
  readonly after: string | null
  readonly error: unknown
  readonly saving: boolean
  readonly onBack: () => void
  readonly onSave: () => void
}

const Review = ({ before, after, error, saving, onBack, onSave }: ReviewProps) => (
  <Stack>
    <NextStep>What this changes</NextStep>
    <ul className={styles['touched']}>
      {touched(before, after).map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
    {after !== null && (
      <details className={styles['more']}>
        <summary>The policy as it will be kept</summary>
        <pre style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', fontSize: 12 }}>{after}</pre>
      </details>
    )}
    <RefusalNotice error={error} />
    <Group justify="flex-end">
      <Button variant="default" onClick={onBack}>
        Back
      </Button>
      <Button
        onClick={onSave}
        loading={saving}
        {...(after === null && { color: 'red', variant: 'outline' })}
        data-autofocus
      >
        {after === null ? 'End witnessing' : 'Keep this policy'}
      </Button>
    </Group>
  </Stack>
)

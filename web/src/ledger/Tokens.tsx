import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { addMonitor, endMonitor, readWitnessing } from '@sallyport/api/witnesses'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { Confirm } from './Confirm.tsx'
import { CopyLine } from './CopyLine.tsx'
import styles from './ledger.module.css'
import { NextStep } from './NextStep.tsx'
import type { Witnessing } from './witness-words.ts'

type Monitor = Witnessing['monitors'][number]

const useLookAgain = () => {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: asked(readWitnessing, {}).queryKey })
}

/** Who was given a token to fetch the tree. */
export function Tokens({ told: { monitors, access } }: { readonly told: Witnessing }) {
  const mayChange = may(useSession(), 'agency.change')
  const [adding, setAdding] = useState(false)
  const [ending, setEnding] = useState<Monitor | null>(null)
  return (
    <Stack className="card" gap="sm" align="flex-start">
      {monitors.length === 0 ? (
        <Text>
          Nobody has a token. Give one to whoever keeps a copy for you: the agency's own mirror first, on a machine that
          the provider of this server cannot reach.
        </Text>
      ) : (
        <ul className={`plain-list ${styles['rows']}`} aria-label="Tokens">
          {monitors.map((monitor) => (
            <li key={monitor.id}>
              <div className={styles['head']}>
                <strong className={monitor.endedAt ? 'dim' : undefined}>{monitor.name}</strong>
                {mayChange && !monitor.endedAt && (
                  <Button
                    variant="subtle"
                    size="compact-sm"
                    className="no-print"
                    aria-label={`End the token of ${monitor.name}`}
                    onClick={() => setEnding(monitor)}
                  >
                    End
                  </Button>
                )}
              </div>
              <div className="dim">
                Given <Time at={monitor.addedAt} form="short" />
                {monitor.endedAt && (
                  <>
                    {' '}
                    · ended <Time at={monitor.endedAt} form="short" />
                  </>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {access !== 'token' && monitors.some(({ endedAt }) => endedAt === null) && (
        <Text c="dimmed">
          {access === 'closed'
            ? 'No token can be used now: nobody may fetch.'
            : 'No token is needed now: anybody may fetch.'}
        </Text>
      )}
      {mayChange && (
        <Button variant="default" className="no-print" onClick={() => setAdding(true)}>
          Give a token
        </Button>
      )}
      <Modal opened={adding} onClose={() => setAdding(false)} title="Give a token" size="lg">
        <AddToken onClose={() => setAdding(false)} />
      </Modal>
      <EndToken monitor={ending} onClose={() => setEnding(null)} />
    </Stack>
  )
}

function AddToken({ onClose }: { readonly onClose: () => void }) {
  const lookAgain = useLookAgain()
  const [name, setName] = useState('')
  const add = useMutation({ mutationFn: () => ask(addMonitor, { name }), onSuccess: lookAgain })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  if (add.data)
    return (
      <Stack>
        <NextStep>Give this token to {add.data.monitor.name} in a way that nobody else can read.</NextStep>
        <Text>It is not shown again. It lets whoever has it fetch the tree, and nothing else.</Text>
        <CopyLine text={add.data.token} of="the token" />
        <Button onClick={onClose} style={{ alignSelf: 'flex-end' }}>
          Done
        </Button>
      </Stack>
    )
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Who gets it"
          description="Such as: Mirror of the agency, county clerk's office"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={120}
          required
          data-autofocus
        />
        <RefusalNotice error={add.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Make the token
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function EndToken({ monitor, onClose }: { readonly monitor: Monitor | null; readonly onClose: () => void }) {
  const lookAgain = useLookAgain()
  const end = useMutation({
    mutationFn: (id: Monitor['id']) => ask(endMonitor, { id }),
    onSuccess: () => {
      void lookAgain()
      onClose()
    },
  })
  return (
    <Confirm
      title={`End the token of ${monitor?.name ?? ''}`}
      does="End the token"
      opened={monitor !== null}
      busy={end.isPending}
      error={end.error}
      onDo={() => monitor && end.mutate(monitor.id)}
      onClose={onClose}
    >
      Whoever has it can fetch nothing more; a mirror that uses it stops. What was fetched stays with them. It cannot be
      taken back: give a new one instead.
    </Confirm>
  )
}

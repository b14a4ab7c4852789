import { Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core'
import { releaseItem, verifyItem } from '@sallyport/api/items'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../call.ts'
import { told } from '../refusal/RefusalNotice.tsx'
import { may, useSession } from '../sessions/session.ts'
import { counted } from '../words/sizes.ts'
import type { ItemLine } from './ItemTable.tsx'

type Result = { readonly item: ItemLine; readonly is: 'done' | 'skipped' | 'fault'; readonly says: string }
type Deed = (item: ItemLine) => Promise<Omit<Result, 'item'>>

/** What can be done with several items at once. Each is asked for by itself, and each outcome is told. */
export function BulkBar({ items, onClear }: { readonly items: readonly ItemLine[]; readonly onClear: () => void }) {
  const session = useSession()
  const client = useQueryClient()
  const [results, setResults] = useState<readonly Result[] | null>(null)
  const [left, setLeft] = useState(0)
  const [why, setWhy] = useState<string | null>(null)
  const run = async (deed: Deed) => {
    setResults([])
    setLeft(items.length)
    for (const item of items) {
      const outcome = await deed(item).catch((error: unknown) => ({ is: 'fault' as const, says: told(error).says }))
      setResults((sofar) => [...(sofar ?? []), { item, ...outcome }])
      setLeft((count) => count - 1)
    }
    void client.invalidateQueries({ queryKey: ['/items'] })
  }

  return (
    <section className="card" aria-label="Selected items" style={{ marginBottom: 12 }}>
      <Group justify="space-between">
        <strong>{counted(items.length, 'item')} selected</strong>
        <Group gap="xs">
          <Button variant="default" loading={left > 0} onClick={() => void run(verify)}>
            Check
          </Button>
          {may(session, 'item.release') && (
            <Button variant="default" disabled={left > 0} onClick={() => setWhy('')}>
              Release from quarantine
            </Button>
          )}
          <Button variant="subtle" onClick={onClear}>
            Clear selection
          </Button>
        </Group>
      </Group>
      {results && <Results results={results} left={left} />}
      <Modal opened={why !== null} onClose={() => setWhy(null)} title="Release from quarantine">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            const reason = why ?? ''
            setWhy(null)
            void run((item) => release(item, reason))
          }}
        >
          <Stack>
            <TextInput
              label={`Why these ${items.length} are released`}
              value={why ?? ''}
              onChange={(event) => setWhy(event.currentTarget.value)}
              maxLength={400}
              required
              data-autofocus
            />
            <Button type="submit">Release</Button>
          </Stack>
        </form>
      </Modal>
    </section>
  )
}

const verify: Deed = async (item) => {
  if (item.state === 'receiving') return { is: 'skipped', says: 'skipped because it is still being received' }
  const outcome = await call(verifyItem, { id: item.id })
  if (outcome.is === 'refused') return { is: 'skipped', says: `skipped: ${outcome.says}` }
  return { is: outcome.value.sound ? 'done' : 'fault', says: outcome.value.says }
}

const release = async (item: ItemLine, why: string): Promise<Omit<Result, 'item'>> => {
  if (item.state !== 'quarantined') return { is: 'skipped', says: 'skipped because it is not in quarantine' }
  const outcome = await call(releaseItem, { id: item.id, why })
  return outcome.is === 'refused'
    ? { is: 'skipped', says: `skipped: ${outcome.says}` }
    : { is: 'done', says: 'released' }
}

function Results({ results, left }: { readonly results: readonly Result[]; readonly left: number }) {
  const count = (is: Result['is']) => results.filter((result) => result.is === is).length
  return (
    <Stack gap="xs" mt="sm">
      <Text role="status">
        {left > 0 ? `${left} to go. ` : ''}
        {count('done')} done, {count('skipped')} skipped, {count('fault')} with a fault.
      </Text>
      <List size="sm">
        {results.map(({ item, is, says }) => (
          <List.Item key={item.id} className={is === 'fault' ? 'bad' : ''}>
            {item.title}: {says}
          </List.Item>
        ))}
      </List>
    </Stack>
  )
}

import { Alert, Button, Group, List, Modal, Stack, Text, TextInput } from '@mantine/core'
import { releaseItem } from '@sallyport/api/items'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { type ItemRecord, itemAsked } from './use-item.ts'

/** Says why an item is set aside, and lets a custodian release it with a reason. */
export function Quarantine({ item }: { readonly item: ItemRecord }) {
  const [asking, setAsking] = useState(false)
  if (item.state !== 'quarantined') return null
  return (
    <Alert color="yellow" variant="outline" title="Set aside for a custodian" mb="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <List size="sm">
            {(item.quarantine?.reasons ?? []).map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
          <Text size="sm" mt="xs">
            Until a custodian releases it, its content cannot be opened. Nothing of it was changed or lost.
          </Text>
        </div>
        {item.may.release && (
          <Button variant="default" onClick={() => setAsking(true)}>
            Release
          </Button>
        )}
      </Group>
      <Release item={item} opened={asking} onClose={() => setAsking(false)} />
    </Alert>
  )
}

type ReleaseProps = { readonly item: ItemRecord; readonly opened: boolean; readonly onClose: () => void }

function Release({ item, opened, onClose }: ReleaseProps) {
  const client = useQueryClient()
  const [why, setWhy] = useState('')
  const release = useMutation({
    mutationFn: () => ask(releaseItem, { id: item.id, why }),
    onSuccess: (released) => {
      client.setQueryData(itemAsked(item.id).queryKey, released)
      onClose()
    },
  })
  return (
    <Modal opened={opened} onClose={onClose} title="Release from quarantine">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          release.mutate()
        }}
      >
        <Stack>
          <Text>After this, everybody who may open the item can do so.</Text>
          <TextInput
            label="Why it is released"
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
            maxLength={400}
            required
            data-autofocus
          />
          <RefusalNotice error={release.error} />
          <Button type="submit" loading={release.isPending}>
            Release {item.title}
          </Button>
        </Stack>
      </form>
    </Modal>
  )
}

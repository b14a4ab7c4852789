import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'

type Props = {
  readonly title: string
  /** What it touches. */
  readonly children: ReactNode
  readonly does: string
  readonly opened: boolean
  readonly busy: boolean
  readonly error: unknown
  readonly onDo: () => void
  readonly onClose: () => void
}

/** Asks once more before something that somebody outside will notice. */
export const Confirm = ({ title, children, does, opened, busy, error, onDo, onClose }: Props) => (
  <Modal opened={opened} onClose={onClose} title={title}>
    <Stack>
      <Text>{children}</Text>
      <RefusalNotice error={error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red" variant="outline" loading={busy} onClick={onDo}>
          {does}
        </Button>
      </Group>
    </Stack>
  </Modal>
)

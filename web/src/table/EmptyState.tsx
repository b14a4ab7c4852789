import { Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'

type Props = { readonly title: string; readonly says: string; readonly children?: ReactNode }

/** An empty list teaches the first step, with one button. */
export function EmptyState({ title, says, children }: Props) {
  return (
    <Stack className="card" align="flex-start" gap="sm" py="lg">
      <Title order={2}>{title}</Title>
      <Text maw="60ch">{says}</Text>
      {children}
    </Stack>
  )
}

import { Button, Stack, Title } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { Fault } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'

/** Stands in for a page that broke. What the person did before is with the vault, not with the page. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  return (
    <Stack p="xl" component="main" align="flex-start">
      <Title order={1}>This page could not be shown</Title>
      <RefusalNotice error={error} />
      <Button onClick={() => (error instanceof Fault ? reset() : window.location.reload())}>Try again</Button>
    </Stack>
  )
}

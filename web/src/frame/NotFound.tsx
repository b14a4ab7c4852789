import { Stack, Text, Title } from '@mantine/core'
import { TextLink } from './links.tsx'

export function NotFound() {
  return (
    <Stack p="xl" component="main">
      <Title order={1}>There is nothing at this address</Title>
      <Text>Check the address, or start again from the home page.</Text>
      <TextLink to="/">Home</TextLink>
    </Stack>
  )
}

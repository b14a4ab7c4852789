import { Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'

/** The first words of a step that took the place of another one. They take the focus, which went with the other. */
export function NextStep({ children }: { readonly children: ReactNode }) {
  const words = useRef<HTMLParagraphElement>(null)
  useEffect(() => words.current?.focus(), [])
  return (
    <Text fw={600} ref={words} tabIndex={-1}>
      {children}
    </Text>
  )
}

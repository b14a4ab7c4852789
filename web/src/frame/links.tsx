import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef } from 'react'

type TextProps = AnchorProps & Omit<ComponentPropsWithRef<'a'>, keyof AnchorProps>
type LoudProps = ButtonProps & Omit<ComponentPropsWithRef<'a'>, keyof ButtonProps>

/** A link in text, and one that looks like a button, both with typed addresses. */
export const TextLink = createLink((props: TextProps) => <Anchor {...props} />)
export const ButtonLink = createLink((props: LoudProps) => <Button component="a" {...props} />)

import { TextInput } from '@mantine/core'
import type { ReasonTouch } from '@sallyport/core/access'
import { useSession } from '../sessions/session.ts'

type Props = {
  readonly touch: ReasonTouch
  readonly value: string
  readonly onChange: (why: string) => void
  readonly label: string
}

/** The reason for a touch of an item, asked for where the agency asks. The vault refuses without it. */
export function ReasonField({ touch, value, onChange, label }: Props) {
  const isAsked = useSession().agency.reasonFor.includes(touch)
  return (
    <TextInput
      label={label}
      description={isAsked ? 'Entered in the ledger with your name' : 'May be left empty. Entered in the ledger'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      maxLength={400}
      required={isAsked}
    />
  )
}

/** A reason as it is sent: not at all, if none was written. */
export const given = (why: string): { why?: string } => (why.trim() === '' ? {} : { why })

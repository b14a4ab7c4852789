import { TextInput } from '@mantine/core'

type Props = {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly size?: 'xs' | 'sm'
  readonly onChange: (part: { from: string } | { to: string }) => void
}

/** The first and the last day of what is shown. */
export const DayRange = ({ from, to, size = 'sm', onChange }: Props) => (
  <>
    <TextInput
      type="date"
      size={size}
      label="From"
      value={from ?? ''}
      onChange={(event) => onChange({ from: event.currentTarget.value })}
    />
    <TextInput
      type="date"
      size={size}
      label="To"
      value={to ?? ''}
      onChange={(event) => onChange({ to: event.currentTarget.value })}
    />
  </>
)

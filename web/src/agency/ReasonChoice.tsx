import { Checkbox, Stack } from '@mantine/core'
import { type ReasonTouch, reasonTouches } from '@sallyport/core/access'

export const touchWords: Readonly<Record<ReasonTouch, string>> = {
  view: 'opening the content of an item',
  print: 'printing an item',
  copy: 'handing out a copy of an item',
  transfer: 'passing on custody of an item',
}

type Props = { readonly value: readonly ReasonTouch[]; readonly onChange: (touches: readonly ReasonTouch[]) => void }

/** For which touches of an item the agency asks why. The vault holds to it, whatever a page shows. */
export const ReasonChoice = ({ value, onChange }: Props) => (
  <Checkbox.Group
    label="A reason is asked for"
    description="For a download and an export it always is."
    value={[...value]}
    onChange={(chosen) => onChange(reasonTouches.filter((touch) => chosen.includes(touch)))}
  >
    <Stack gap="xs" mt={4}>
      {reasonTouches.map((touch) => (
        <Checkbox key={touch} value={touch} label={`For ${touchWords[touch]}`} />
      ))}
    </Stack>
  </Checkbox.Group>
)

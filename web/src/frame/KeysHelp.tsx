import { Kbd, Modal, SimpleGrid, Stack, Switch, Title } from '@mantine/core'
import { useState } from 'react'
import type { Place } from './places.ts'
import { lettersAct, setLettersAct } from './use-keys.ts'

type Keys = readonly (readonly [keys: string, does: string])[]

const everywhere: Keys = [
  ['/', 'search'],
  ['Ctrl K', 'search, also while writing (⌘ K on a Mac)'],
  ['Esc', 'back'],
  ['?', 'this list'],
]
const lists: Keys = [
  ['j', 'next row'],
  ['k', 'row before'],
  ['x', 'select the row'],
  ['Enter', 'open the row'],
]
const player: Keys = [
  ['Space', 'play or pause'],
  ['j', 'play backwards; again: faster'],
  ['k', 'stop'],
  ['l', 'play; again: faster'],
  [',', 'one frame back'],
  ['.', 'one frame on'],
  ['← →', '5 seconds back or on'],
  ['f', 'full screen'],
]

type Props = { readonly opened: boolean; readonly onClose: () => void; readonly places: readonly Place[] }

export function KeysHelp({ opened, onClose, places }: Props) {
  const [letters, setLetters] = useState(lettersAct)
  const going: Keys = places.map(({ key, says }) => [`g ${key}`, says] as const)
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="lg">
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <KeyList title="Everywhere" keys={everywhere} />
          <KeyList title="Go to" keys={going} />
          <KeyList title="Lists" keys={lists} />
          <KeyList title="Player" keys={player} />
        </SimpleGrid>
        <Switch
          label="Single letters act as keys"
          description="Switch off if you speak to your computer, or if letters are typed by accident."
          checked={letters}
          onChange={(event) => {
            setLetters(event.currentTarget.checked)
            setLettersAct(event.currentTarget.checked)
          }}
        />
      </Stack>
    </Modal>
  )
}

function KeyList({ title, keys }: { readonly title: string; readonly keys: Keys }) {
  return (
    <section>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <ul className="plain-list">
        {keys.map(([key, does]) => (
          <li key={key}>
            <Kbd>{key}</Kbd> {does}
          </li>
        ))}
      </ul>
    </section>
  )
}

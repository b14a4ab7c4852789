import { type ItemState, stateWords } from './labels.ts'
import styles from './words.module.css'

const tones: Readonly<Record<ItemState, string>> = {
  receiving: 'dim',
  held: 'dim',
  quarantined: 'wait',
  abandoned: 'bad',
  expunged: 'dim',
}

/** How it stands with an item, as a word in a frame. The colour only repeats the word. */
export const State = ({ state }: { readonly state: ItemState }) => (
  <span className={`${styles['badge']} ${tones[state]}`}>{stateWords[state]}</span>
)

import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { readProof } from '@sallyport/api/items'
import type { ItemId } from '@sallyport/core/ids'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { saveFrom } from '../items/save-from.ts'
import { Answer } from '../refusal/Answer.tsx'
import { Digest } from '../words/Digest.tsx'
import styles from './custody.module.css'
import type { Line } from './sentences.ts'

type Props = { readonly item: ItemId; readonly line: Line | null; readonly onClose: () => void }

/** The proof of one entry, with what it shows and what it does not. */
export function ProofDialog({ item, line, onClose }: Props) {
  return (
    <Modal opened={line !== null} onClose={onClose} title="Proof of this entry" size="xl">
      {line && <Proof item={item} line={line} />}
    </Modal>
  )
}

function Proof({ item, line }: { readonly item: ItemId; readonly line: Line }) {
  const query = useQuery(asked(readProof, { id: item, entry: line.entry }))
  return (
    <Answer query={query} wait="Making the proof">
      {(proof) => <ProofText proof={proof} name={`entry-${proof.index ?? line.entry}`} />}
    </Answer>
  )
}

function ProofText({ proof, name }: { readonly proof: Answered<typeof readProof>; readonly name: string }) {
  const { index, leaf, key } = proof
  return (
    <Stack>
      {proof.proof === null ? (
        <Text>
          The entry is written, but has no place in the tree yet: it gets one with the next checkpoint, within seconds.
          Close this and ask again.
        </Text>
      ) : (
        <>
          <Text>
            This entry is number {index} of the ledger. The proof leads from its hash to the checkpoint that the
            agency's ledger key signed: nobody can change, drop or move the entry without that signature no longer
            fitting.
          </Text>
          <Text size="sm" c="dimmed">
            It does not show that what the entry says was true when it was written, nor that this checkpoint is the
            newest. For that, compare the checkpoint with one that was kept elsewhere.
          </Text>
        </>
      )}
      <section>
        <Title order={3}>Entry, as it stands in the tree</Title>
        <pre className={styles['proofText']} tabIndex={0} data-scrolls>
          {leaf}
        </pre>
      </section>
      {proof.proof !== null && (
        <section>
          <Title order={3}>Proof (C2SP tlog-proof)</Title>
          <pre className={styles['proofText']} tabIndex={0} data-scrolls>
            {proof.proof}
          </pre>
        </section>
      )}
      <section>
        <Title order={3}>Public key of the ledger</Title>
        <Digest value={key} of="the public key of the ledger" />
      </section>
      <Group>
        <Button variant="default" onClick={() => saveText(leaf, `${name}.json`)}>
          Save the entry
        </Button>
        {proof.proof !== null && (
          <Button variant="default" onClick={() => saveText(proof.proof ?? '', `${name}.tlog-proof`)}>
            Save the proof
          </Button>
        )}
      </Group>
    </Stack>
  )
}

function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  saveFrom(address, name)
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

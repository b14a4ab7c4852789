import { Modal, Stack, Text, Title } from '@mantine/core'
import type { Answered } from '@sallyport/api/contract'
import { readProof } from '@sallyport/api/items'
import type { ItemId } from '@sallyport/core/ids'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { Answer } from '../refusal/Answer.tsx'
import { Time } from '../time/Time.tsx'
import { Digest } from '../words/Digest.tsx'
import { cosignersIn } from './cosigners.ts'
import { KeptText } from './KeptText.tsx'
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
          <Outside proof={proof.proof} />
          <Text size="sm" c="dimmed">
            It does not show that what the entry says was true when it was written, nor that this checkpoint is the
            newest. For that, compare the checkpoint with one that was kept elsewhere.
          </Text>
        </>
      )}
      <section>
        <Title order={3}>Entry, as it stands in the tree</Title>
        <KeptText text={leaf} of="the entry" file={`${name}.json`} />
      </section>
      {proof.proof !== null && (
        <section>
          <Title order={3}>Proof (C2SP tlog-proof)</Title>
          <KeptText text={proof.proof} of="the proof" file={`${name}.tlog-proof`} />
        </section>
      )}
      <section>
        <Title order={3}>Public key of the ledger</Title>
        <Digest value={key} of="the public key of the ledger" />
      </section>
    </Stack>
  )
}

/** Who outside has seen the checkpoint of this proof. */
function Outside({ proof }: { readonly proof: string }) {
  const cosigners = cosignersIn(proof)
  if (cosigners.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No witness has cosigned this checkpoint, which may be seconds old: the proof rests on the key of the ledger
        alone. An export holds the newest checkpoint that witnesses cosigned, and the stamps of authorities outside.
      </Text>
    )
  return (
    <div>
      <Text>Witnesses that put their signature under the checkpoint:</Text>
      <ul>
        {cosigners.map(({ name, at }) => (
          <li key={name}>
            {name}, <Time at={at} /> by its own clock
          </li>
        ))}
      </ul>
      <Text size="sm" c="dimmed">
        This page does not check their signatures. Whoever holds the policy of the agency can: sallyport verify.
      </Text>
    </div>
  )
}

import { Stack, Text, Title } from '@mantine/core'
import { TextLink } from '../frame/links.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Intake } from '../uploads/Intake.tsx'
import { Digest } from '../words/Digest.tsx'
import { exhibitWords } from '../words/labels.ts'
import { SameBytes } from './SameBytes.tsx'
import type { ItemRecord } from './use-item.ts'

/** What an item was made from and what was made from it. The original itself never changes. */
export function LineageTab({ item }: { readonly item: ItemRecord }) {
  const session = useSession()
  return (
    <Stack>
      <ol className="plain-list">
        <li>
          {item.parent ? (
            <>
              Made from{' '}
              <TextLink to="/items/$id" params={{ id: item.parent.id }}>
                {exhibitWords(item.parent.exhibit).toLowerCase()}
              </TextLink>
            </>
          ) : (
            'This is an original: it was delivered as it is.'
          )}
        </li>
        <li>
          <strong>
            {exhibitWords(item.exhibit)} · {item.title}
          </strong>{' '}
          (this item)
        </li>
        {item.derivatives.map(({ id, exhibit, title }) => (
          <li key={id}>
            From it:{' '}
            <TextLink to="/items/$id" params={{ id }}>
              {exhibitWords(exhibit)} · {title}
            </TextLink>
          </li>
        ))}
      </ol>
      {item.derivation && <Derivation made={item.derivation} />}
      {item.derivatives.length === 0 && <Text c="dimmed">Nothing was made from it yet.</Text>}
      <SameBytes list={item.sameBytes} />
      {item.state === 'held' && may(session, 'item.add') && (
        <section className="no-print">
          <Title order={2} mb="xs">
            Add a later version
          </Title>
          <Text size="sm" c="dimmed" mb="xs">
            A clip, a redacted copy, a conversion. It becomes an item of its own that names this one as its parent.
          </Text>
          <Intake into={{ id: item.case.id, number: item.case.number, title: '' }} parent={item.id} />
        </section>
      )}
    </Stack>
  )
}

type Made = NonNullable<ItemRecord['derivation']>

/** How this item was made from another, as whoever delivered it said. The court papers print the same. */
const Derivation = ({ made }: { readonly made: Made }) => (
  <dl className="facts card">
    <dt>Made with</dt>
    <dd>
      {made.tool} {made.version}
      {made.machine && ' (machine-generated)'}
    </dd>
    {made.parameters && (
      <>
        <dt>Parameters</dt>
        <dd>{made.parameters}</dd>
      </>
    )}
    {made.inputSha256 && (
      <>
        <dt>SHA-256 of what went in</dt>
        <dd>
          <Digest value={made.inputSha256} of="SHA-256 of what went in" />
        </dd>
      </>
    )}
    <dt>Reviewed by</dt>
    <dd>{made.reviewer ?? <span className="dim">Nobody is stated</span>}</dd>
  </dl>
)

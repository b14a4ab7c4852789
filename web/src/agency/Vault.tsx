import { Stack, Text, Title } from '@mantine/core'
import { checkLedger, readAgency, readVault } from '@sallyport/api/agency'
import type { Answered } from '@sallyport/api/contract'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { VerdictLine } from '../verdict/VerdictLine.tsx'
import { Digest } from '../words/Digest.tsx'
import { counted, size } from '../words/sizes.ts'
import { AgencySettings } from './AgencySettings.tsx'

/** The state of this server and the rules of the agency. No content, and nothing claimed that was not measured. */
export function Vault() {
  const session = useSession()
  const vault = useQuery({ ...asked(readVault, {}), staleTime: 5000 })
  const agency = useQuery(asked(readAgency, {}))
  return (
    <>
      <PageTitle title="Vault" state={session.agency.name} />
      <Stack gap="lg">
        {may(session, 'ledger.read') && (
          <VerdictLine
            about={['ledger']}
            subject="The ledger of this vault"
            check={() => ask(checkLedger, {})}
            wait="The tree is computed again from its first entry and compared with the tiles, the signature and the database."
            call="Stop work and call the person who runs the vault and your CJIS security officer. Change nothing on the server."
          />
        )}
        <Answer query={vault} wait="Reading the state of the vault">
          {(state) => <VaultState state={state} />}
        </Answer>
        <section>
          <Title order={2} mb="xs">
            Agency
          </Title>
          <Answer query={agency} wait="Reading the settings">
            {(settings) => <AgencySettings key={settings.banner.version + settings.name} settings={settings} />}
          </Answer>
        </section>
      </Stack>
    </>
  )
}

function VaultState({ state }: { readonly state: Answered<typeof readVault> }) {
  const { version, ledger, keys, cryptography, storage } = state
  return (
    <section>
      <Title order={2} mb="xs">
        This server
      </Title>
      <dl className="facts card">
        <dt>Version</dt>
        <dd>{version}</dd>
        <dt>Key</dt>
        <dd>
          {keys.holder} ·{' '}
          {keys.unlock === 'by-hand'
            ? 'released by hand after each start'
            : 'released by the server itself, from a file'}
          <br />
          {keys.releasedAt ? (
            <>
              Released <Time at={keys.releasedAt} />
            </>
          ) : (
            'Not released'
          )}
        </dd>
        <dt>Cryptography</dt>
        <dd>
          {cryptography.provider}
          <br />
          <span className="dim">{cryptography.says}</span>
        </dd>
        <dt>Ledger</dt>
        <dd>
          <code>{ledger.origin}</code>
          <br />
          {counted(ledger.size, 'entry', 'entries')} in the tree · {ledger.waiting} waiting for their place
        </dd>
        <dt>Ledger key</dt>
        <dd>
          <Digest value={ledger.key} of="the public key of the ledger" />
        </dd>
        <dt>Last checkpoint</dt>
        <dd>
          <pre style={{ margin: 0, whiteSpace: 'pre-wrap' }}>{ledger.checkpoint}</pre>
        </dd>
        <dt>Storage</dt>
        <dd>
          {counted(storage.objects, 'file')} sealed, {size(storage.bytes)} · {size(storage.freeBytes)} free on the disk
        </dd>
      </dl>
      <Text size="sm" c="dimmed" mt="xs">
        Read from the server just now. Keep a copy of the ledger key and of a checkpoint elsewhere: with them anyone can
        tell whether this ledger was replaced.
      </Text>
    </section>
  )
}

import { checkLedger, readVault } from '@sallyport/api/agency'
import { useQuery } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { VerdictLine } from '../verdict/VerdictLine.tsx'
import { counted, size } from '../words/sizes.ts'
import { Waiting } from './Waiting.tsx'

/** For auditors and administrators: whether the ledger holds, and how full the disk is. */
export function LedgerVerdict() {
  const session = useSession()
  const vault = useQuery({ ...asked(readVault, {}), enabled: may(session, 'agency.read') })
  return (
    <Waiting title="Ledger" action={<TextLink to="/ledger">Read it</TextLink>}>
      <VerdictLine
        about={['ledger']}
        subject="The ledger"
        check={() => ask(checkLedger, {})}
        wait="The tree is computed again from its first entry and compared with the tiles, the signature and the database."
        call="Stop work and call the person who runs the vault and your CJIS security officer. Change nothing on the server."
      />
      {may(session, 'agency.read') && (
        <Answer query={vault} wait="Reading the state of the vault">
          {({ ledger, storage }) => (
            <p className="dim">
              {counted(ledger.size, 'entry', 'entries')} in the tree, {ledger.waiting} waiting · {size(storage.bytes)}{' '}
              sealed, {size(storage.freeBytes)} free on the disk
            </p>
          )}
        </Answer>
      )}
    </Waiting>
  )
}

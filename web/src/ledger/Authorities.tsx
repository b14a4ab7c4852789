import { Button } from '@mantine/core'
import { endAuthority, readStamping } from '@sallyport/api/stamps'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { Time } from '../time/Time.tsx'
import { counted } from '../words/sizes.ts'
import type { Stamping } from './clock-words.ts'
import { Confirm } from './Confirm.tsx'
import styles from './ledger.module.css'

type Authority = Stamping['authorities'][number]
type Props = { readonly authorities: readonly Authority[]; readonly mayEnd: boolean }

export function Authorities({ authorities, mayEnd }: Props) {
  const client = useQueryClient()
  const [ending, setEnding] = useState<Authority | null>(null)
  const end = useMutation({
    mutationFn: (name: string) => ask(endAuthority, { name }),
    onSuccess: (next) => {
      client.setQueryData(asked(readStamping, {}).queryKey, next)
      setEnding(null)
    },
  })
  if (authorities.length === 0) return null
  return (
    <>
      <ul className={`plain-list ${styles['rows']}`} aria-label="Authorities">
        {authorities.map((authority) => (
          <Row
            key={authority.name}
            authority={authority}
            {...(mayEnd && authority.endedAt === null && { onEnd: () => setEnding(authority) })}
          />
        ))}
      </ul>
      <Confirm
        title={`End ${ending?.name ?? ''}`}
        does="End the authority"
        opened={ending !== null}
        busy={end.isPending}
        error={end.error}
        onDo={() => ending && end.mutate(ending.name)}
        onClose={() => setEnding(null)}
      >
        It is asked no more, and its name is not given again. The stamps that it made stay, and are checked as before.
        If no other authority is left, new entries have no time from outside.
      </Confirm>
    </>
  )
}

function Row({ authority, onEnd }: { readonly authority: Authority; readonly onEnd?: () => void }) {
  const { name, url, endedAt, stamped, failure, failingSince } = authority
  return (
    <li>
      <div className={styles['head']}>
        <strong className={endedAt ? 'dim' : undefined}>{name}</strong>
        {onEnd && (
          <Button
            variant="subtle"
            size="compact-sm"
            className="no-print"
            aria-label={`End the authority ${name}`}
            onClick={onEnd}
          >
            End
          </Button>
        )}
      </div>
      <code>{url}</code>
      <div>
        {stamped ? (
          <>
            Newest stamp: the first {counted(stamped.size, 'entry', 'entries')}, <Time at={stamped.time} />
          </>
        ) : (
          'Has stamped nothing yet'
        )}
      </div>
      {endedAt ? (
        <div className="dim">
          Ended <Time at={endedAt} form="short" />
        </div>
      ) : (
        failure && (
          <div>
            <span className="bad">Failing</span>
            {failingSince && (
              <>
                {' '}
                since <Time at={failingSince} form="short" />
              </>
            )}
            : {failure}
          </div>
        )
      )}
    </li>
  )
}

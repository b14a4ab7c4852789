import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { removeMember } from '@sallyport/api/cases'
import { useState } from 'react'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'
import { levelAbout, levelWords } from '../words/labels.ts'
import { AddMember } from './AddMember.tsx'
import { type CaseRecord, useCaseDeed } from './use-case.ts'

type Member = CaseRecord['members'][number]

export function CaseMembers({ record }: { readonly record: CaseRecord }) {
  const [leaving, setLeaving] = useState<Member | null>(null)
  return (
    <Stack>
      <ul className="plain-list">
        <li className="card" style={{ marginBottom: 8 }}>
          <strong>{record.openedBy.name}</strong> · {levelWords.lead}
          <div className="dim">Opened the case and leads it.</div>
        </li>
        {record.members.map((member) => (
          <li key={member.person.id} className="card" style={{ marginBottom: 8 }}>
            <Group justify="space-between">
              <div>
                <strong>{member.person.name}</strong> · {levelWords[member.level]}
                <div className="dim">{levelAbout[member.level]}</div>
                <div className="dim">
                  Since <Time at={member.addedAt} fine="minutes" /> ·{' '}
                  {member.expiresAt ? (
                    <>
                      {Date.parse(member.expiresAt) < Date.now() ? 'ended' : 'until'}{' '}
                      <Time at={member.expiresAt} fine="minutes" />
                    </>
                  ) : (
                    'until it is taken away'
                  )}
                </div>
              </div>
              {record.may.share && (
                <Button variant="default" size="compact-sm" className="no-print" onClick={() => setLeaving(member)}>
                  Take away
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {record.may.share && <AddMember record={record} />}
      <TakeAway record={record} member={leaving} onClose={() => setLeaving(null)} />
    </Stack>
  )
}

type TakeAwayProps = { readonly record: CaseRecord; readonly member: Member | null; readonly onClose: () => void }

function TakeAway({ record, member, onClose }: TakeAwayProps) {
  const deed = useCaseDeed(removeMember, onClose)
  return (
    <Modal opened={member !== null} onClose={onClose} title="Take away access">
      <Stack>
        <Text>
          {member?.person.name} will no longer see case {record.number} as a member. What they can see by their role
          stays. What they did stays in the ledger.
        </Text>
        <RefusalNotice error={deed.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={deed.isPending}
            onClick={() => member && deed.mutate({ id: record.id, person: member.person.id })}
          >
            Take away access
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

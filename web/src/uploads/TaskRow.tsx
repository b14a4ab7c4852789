import { Button, Group, Progress } from '@mantine/core'
import { TextLink } from '../frame/links.tsx'
import { SameBytes } from '../items/SameBytes.tsx'
import { duration } from '../time/durations.ts'
import { Digest } from '../words/Digest.tsx'
import { rate as rateWords, size } from '../words/sizes.ts'
import { useUploads } from './context.ts'
import { rateOf, secondsLeft } from './rate.ts'
import { isUnderWay, type Task } from './task.ts'
import styles from './uploads.module.css'

/** One file on its way: how far it is, how fast, how long yet, and what can be done with it. */
export function TaskRow({ task }: { readonly task: Task }) {
  const { title, fileName, caseNumber, phase, upload } = task
  return (
    <li className="card">
      <Group justify="space-between" align="flex-start" wrap="wrap">
        <div>
          {upload ? (
            <TextLink to="/items/$id" params={{ id: upload.item }} fw={600}>
              {title}
            </TextLink>
          ) : (
            <strong>{title}</strong>
          )}
          <div className="dim">
            {fileName} · {size(task.size)} · case {caseNumber}
          </div>
        </div>
        <Deeds task={task} />
      </Group>
      {phase !== 'ended' && <Bars task={task} />}
      <p className={`${styles['status']} ${toneOf(task)}`}>{statusWords(task)}</p>
      {task.says && phase !== 'ended' && (
        <p role="alert" className={styles['status']}>
          {task.says} {task.next}
        </p>
      )}
      {phase === 'ended' && task.sha256 && upload?.state !== 'cancelled' && (
        <Digest value={task.sha256} of={`the SHA-256 of ${title}, as this machine computed it`} />
      )}
      {upload && upload.sameBytes.length > 0 && <SameBytes list={upload.sameBytes} />}
    </li>
  )
}

function Bars({ task }: { readonly task: Task }) {
  const { size: whole, sent, hashed, title } = task
  return (
    <div className={styles['bars']}>
      <span>Sent</span>
      <Progress.Root size="lg">
        <Progress.Section value={(sent / whole) * 100} aria-label={`Sent of ${title}`} />
      </Progress.Root>
      <span className="dim">
        {size(sent)} of {size(whole)}
      </span>
      <span>Hashed here</span>
      <Progress.Root size="sm">
        <Progress.Section
          value={(hashed / whole) * 100}
          style={{ background: 'var(--mantine-color-dimmed)' }}
          aria-label={`Hashed of ${title}`}
        />
      </Progress.Root>
      <span className="dim">{hashed === whole ? 'done' : `${size(hashed)}`}</span>
    </div>
  )
}

function Deeds({ task: { key, phase, upload } }: { readonly task: Task }) {
  const uploads = useUploads()
  if (phase === 'ended') return null
  const going = phase === 'waiting' || phase === 'declaring' || phase === 'sending'
  return (
    <Group gap="xs" className="no-print">
      {going && (
        <Button variant="default" size="compact-sm" onClick={() => uploads.pause(key)}>
          Pause
        </Button>
      )}
      {(phase === 'paused' || phase === 'failed') && (
        <Button variant="default" size="compact-sm" onClick={() => uploads.resume(key)}>
          {phase === 'paused' ? 'Resume' : 'Try again'}
        </Button>
      )}
      {(phase !== 'checking' || upload?.state === 'receiving') && (
        <Button variant="subtle" size="compact-sm" onClick={() => void uploads.cancel(key)}>
          Cancel
        </Button>
      )}
    </Group>
  )
}

function toneOf({ phase, upload }: Task): string {
  if (phase === 'failed' || upload?.state === 'refused') return 'bad'
  if (phase === 'ended' && upload?.state === 'held') return 'good'
  return phase === 'locked' || phase === 'signed-out' || upload?.state === 'quarantined' ? 'wait' : 'dim'
}

function statusWords(task: Task): string {
  const { phase, pace, size: whole, sent, upload, sha256 } = task
  if (phase === 'waiting') return 'Waits for its turn.'
  if (phase === 'declaring') return 'Is being declared.'
  if (phase === 'sending') {
    const rate = rateOf(pace)
    const left = secondsLeft(pace, whole - sent)
    return `Sending${rate === null ? '' : `, ${rateWords(rate)}`}${left === null || left < 1 ? '' : `, ${duration(left)} left`}.`
  }
  if (phase === 'checking')
    return sha256
      ? 'All bytes are there. The vault compares them with what this machine computed.'
      : 'All bytes are there. This machine is still hashing the file.'
  if (phase === 'paused') return 'Paused. What arrived is kept.'
  if (phase === 'locked') return 'Waits until you unlock the page.'
  if (phase === 'signed-out') return 'Waits until you sign in again.'
  if (phase === 'failed') return 'Stopped.'
  return endWords(upload?.state)
}

function endWords(state: NonNullable<Task['upload']>['state'] | undefined): string {
  if (state === 'held') return 'Held: hashed, sealed and compared with what this machine computed.'
  if (state === 'quarantined') return 'Received whole, and set aside for a custodian.'
  if (state === 'refused')
    return 'Refused: the bytes that arrived are not those that were declared. They were destroyed. Upload the file again from the original medium.'
  if (state === 'expired') return 'Not completed in time. What had arrived was destroyed.'
  return 'Cancelled. What had arrived was destroyed.'
}

export const sortedTasks = (tasks: readonly Task[]): Task[] => {
  const rank = (task: Task) => (isUnderWay(task) ? 0 : task.phase === 'waiting' ? 2 : task.phase === 'ended' ? 3 : 1)
  return [...tasks].sort((a, b) => rank(a) - rank(b))
}

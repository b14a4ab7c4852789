import { Button, Group, Progress, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { duration } from '../time/durations.ts'
import { counted, rate as rateWords, size } from '../words/sizes.ts'
import { useTasks, useUploads } from './context.ts'
import { Intake } from './Intake.tsx'
import { openUploads } from './open-uploads.ts'
import { rateOf } from './rate.ts'
import { sortedTasks, TaskRow } from './TaskRow.tsx'
import { overall } from './task.ts'
import { Unfinished } from './Unfinished.tsx'
import styles from './uploads.module.css'

export function Uploads() {
  const tasks = useTasks()
  const uploads = useUploads()
  const open = useQuery({ ...openUploads, staleTime: 5000 })
  const here = new Set(tasks.flatMap(({ upload }) => upload?.id ?? []))
  return (
    <>
      <PageTitle title="Uploads" />
      <Stack gap="lg">
        <Intake />
        {tasks.length === 0 && (
          <Text c="dimmed" maw="72ch">
            Each file is hashed on this machine while it is sent, and hashed again and sealed as it arrives. It becomes
            an item only when both digests are the same. If the line breaks or the page is closed, the upload goes on
            later from where it was.
          </Text>
        )}
        {tasks.length > 0 && (
          <section>
            <Group justify="space-between" mb="xs">
              <Title order={2}>In this tab</Title>
              {tasks.some(({ phase }) => phase === 'ended') && (
                <Button variant="subtle" size="compact-sm" onClick={uploads.clear}>
                  Clear what is done
                </Button>
              )}
            </Group>
            <OverallLine />
            <ul className={styles['tasks']}>
              {sortedTasks(tasks).map((task) => (
                <TaskRow key={task.key} task={task} />
              ))}
            </ul>
          </section>
        )}
        <Answer query={open} wait="Reading your uploads">
          {({ rows }) => (
            <Unfinished
              list={rows.filter(({ id, state }) => state === 'receiving' && !here.has(id))}
              onChanged={() => void open.refetch()}
            />
          )}
        </Answer>
      </Stack>
    </>
  )
}

function OverallLine() {
  const { files, done, bytes, sent, failed, bytesPerSecond, secondsLeft } = overall(useTasks(), rateOf)
  if (files < 2) return null
  return (
    <div className={styles['overall']}>
      <Progress value={bytes > 0 ? (sent / bytes) * 100 : 0} size="lg" aria-label="Progress of all files" />
      <Text size="sm" role="status">
        {done} of {counted(files, 'file')} done · {size(sent)} of {size(bytes)}
        {bytesPerSecond !== null && ` · ${rateWords(bytesPerSecond)}`}
        {secondsLeft !== null && ` · ${duration(secondsLeft)} left`}
        {failed > 0 && ` · ${failed} stopped or refused`}
      </Text>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { ButtonLink, TextLink } from '../frame/links.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { Ago } from '../time/Ago.tsx'
import { useTasks } from '../uploads/context.ts'
import { openUploads } from '../uploads/open-uploads.ts'
import { counted, size } from '../words/sizes.ts'
import { Waiting } from './Waiting.tsx'

/** What this person sends or has left unfinished. */
export function UploadsWaiting() {
  const tasks = useTasks()
  const query = useQuery(openUploads)
  const here = new Set(tasks.flatMap(({ upload }) => upload?.id ?? []))
  const going = tasks.filter(({ phase }) => phase !== 'ended').length
  return (
    <Waiting
      title="Uploads"
      action={
        <ButtonLink to="/uploads" variant="default" size="compact-sm">
          Upload files
        </ButtonLink>
      }
    >
      {going > 0 && (
        <p>
          <TextLink to="/uploads">{counted(going, 'file')} on the way in this tab</TextLink>
        </p>
      )}
      <Answer query={query} wait="Reading your uploads">
        {({ rows }) => {
          const left = rows.filter(({ id, state }) => state === 'receiving' && !here.has(id))
          if (left.length === 0)
            return going > 0 ? null : (
              <p className="dim">
                No upload is unfinished. Files that you send are hashed, sealed and held, whatever their size.
              </p>
            )
          return (
            <ul>
              {left.map(({ id, title, received, size: whole, begunAt, case: { number } }) => (
                <li key={id}>
                  <div>
                    <TextLink to="/uploads">{title}</TextLink>
                    <span className="dim">
                      {' '}
                      · case {number} · {size(received)} of {size(whole)} arrived
                    </span>
                  </div>
                  <span className="wait">
                    begun <Ago at={begunAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }}
      </Answer>
    </Waiting>
  )
}

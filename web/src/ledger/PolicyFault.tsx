import { Alert, Text } from '@mantine/core'

/** What is wrong with a policy. Without a line it is about the whole of it. */
export type PolicyFault = { readonly line: number | undefined; readonly why: string; readonly text: string }

type Props = {
  readonly fault: PolicyFault
  /** The row of the form that made the line, if one did. */
  readonly row: number | undefined
}

/** Shows the line that is wrong, as it stands, and why. */
export function PolicyFaultNotice({ fault: { line, why, text }, row }: Props) {
  const wrong = line === undefined ? undefined : text.split('\n')[line - 1]
  return (
    <Alert role="alert" variant="outline" color="red" className="refusal" title={`${named(line, row)} cannot be used`}>
      <Text size="sm">{sentence(why)}</Text>
      {wrong && (
        <code style={{ display: 'block', marginTop: 4 }} className="prose">
          {wrong}
        </code>
      )}
      <Text size="sm" c="dimmed" mt={4}>
        Correct it and try again. Nothing was changed.
      </Text>
    </Alert>
  )
}

const named = (line: number | undefined, row: number | undefined): string =>
  row !== undefined
    ? `What is said of witness ${row + 1}`
    : line === undefined
      ? 'This policy'
      : `Line ${line} of this policy`

const sentence = (why: string): string => `${why.charAt(0).toUpperCase()}${why.slice(1)}.`

import { Alert, Text } from '@mantine/core'
import { Fault, RefusedCall } from '../call.ts'

/** Shows why something was not done, who can change that and what to do now. Shows nothing for no error. */
export function RefusalNotice({ error }: { readonly error: unknown }) {
  if (!error) return null
  const { says, next, request } = told(error)
  return (
    <Alert role="alert" variant="outline" color="red" title={says} className="refusal">
      {next && <Text size="sm">{next}</Text>}
      {request && (
        <Text size="xs" c="dimmed" mt={4}>
          Reference for the person who runs the vault: <code>{request}</code>
        </Text>
      )}
    </Alert>
  )
}

export function told(error: unknown): { says: string; next: string; request: string | null } {
  if (error instanceof RefusedCall) {
    const { code, says, next, facts, request } = error.refused
    const named = Object.entries(facts).filter(([name]) => !/^id$|Id$/.test(name))
    const more = named.map(([name, value]) => `${name}: ${value}`).join(' · ')
    // A refusal explains itself. The number is for what somebody else has to look into.
    const needsLog = code.startsWith('vault/') || code === 'item/altered'
    return { says, next: more ? `${next} (${more})` : next, request: needsLog ? request : null }
  }
  if (error instanceof Fault) return { says: error.message, next: '', request: error.request }
  // A part of the page that is fetched only when it is needed: the vault is away, or was renewed meanwhile.
  if (error instanceof TypeError && /import/i.test(error.message))
    return {
      says: 'The vault did not answer, or was renewed while this page stood open.',
      next: 'Reload the page.',
      request: null,
    }
  return { says: 'This page met a fault.', next: 'Reload the page. What you did before is kept.', request: null }
}

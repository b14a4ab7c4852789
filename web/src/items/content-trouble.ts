import { Fault, readRefusal, RefusedCall } from '../call.ts'

/**
 * Why content could not be shown. A player says only that it failed; the vault says why when it is
 * asked for one byte. If that byte comes, it is the browser that cannot read this kind of file.
 */
export async function whyNotShown(content: string): Promise<Error> {
  const request = crypto.randomUUID()
  const response = await fetch(content, {
    headers: { range: 'bytes=0-0', 'x-request-id': request },
    cache: 'no-store',
  }).catch(() => null)
  if (!response) return new Fault('The vault did not answer. Check the connection and open the item again.', request)
  if (response.ok)
    return new Fault(
      'This browser cannot show the file. It is sound in the vault; another program may read a copy.',
      request,
    )
  const said: unknown = await response.json().catch(() => undefined)
  const refused = readRefusal(said, request)
  return refused
    ? new RefusedCall(refused)
    : new Fault(`The vault met a fault of its own (${response.status}).`, request)
}

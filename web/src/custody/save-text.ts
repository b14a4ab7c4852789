import { saveFrom } from '../items/save-from.ts'

/** Has the browser save a text under a name. It is made here and asked of nobody. */
export function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }))
  saveFrom(address, name)
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

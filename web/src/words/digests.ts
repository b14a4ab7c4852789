/**
 * A digest, a secret or a key in groups of four, as it is read aloud and compared. Copied, it is whole
 * again. The name before a note key (C2SP vkey: `name+hash+key`) stays in one piece: it is a word.
 */
export function inFours(value: string): string[] {
  const named = /^(.+\+[0-9a-f]{8}\+)(.+)$/.exec(value)
  const [, name, rest] = named ?? ['', '', value]
  return [...(name ? [name] : []), ...((rest ?? '').match(/.{1,4}/g) ?? [])]
}

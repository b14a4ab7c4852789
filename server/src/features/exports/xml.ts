const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 has no place for these (section 2.2), not even escaped: they are shown by number, as in the papers. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu

/** A text as the content of an element or of an attribute, whatever stands in it. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(forbidden, (sign) => `[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/[&<>"']/g, (sign) => escapes[sign] ?? '')
    // A reader would make a line feed of it (section 2.11).
    .replace(/\r/g, '&#13;')

/** An element with a text in it; nothing where there is no text. */
export const leaf = (name: string, text: string | number | undefined | null): string =>
  text === undefined || text === null || text === '' ? '' : `<${name}>${escaped(String(text))}</${name}>`

/** An element with elements in it; nothing where there are none. */
export const element = (name: string, ...parts: readonly string[]): string => {
  const content = parts.join('')
  return content === '' ? '' : `<${name}>${content}</${name}>`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A number of bytes in decimal units, as disks and cameras state them: `18.2 GB`. */
export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)} ${units[unit]}`
}

/** Every byte counted, for where two copies are compared: `18,204,113,408 bytes`. */
export const exactSize = (bytes: number): string => `${bytes.toLocaleString('en-US')} ${bytes === 1 ? 'byte' : 'bytes'}`

export const rate = (bytesPerSecond: number): string => `${size(bytesPerSecond)}/s`

/** `1 item`, `2 items`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

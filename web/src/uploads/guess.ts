import type { Declaration } from './task.ts'

export type Category = Declaration['particulars']['category']

const byExtension: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  webm: 'video/webm',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  heic: 'image/heic',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  m4a: 'audio/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
}

const extensionOf = (name: string) => /\.([^.]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** The media type that the browser tells, else the one that the name suggests. Only a label: the vault never trusts it. */
export function mediaTypeOf({ name, type }: { name: string; type: string }): string {
  const told = type.toLowerCase().split(';')[0]?.trim() ?? ''
  if (/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/.test(told)) return told
  return byExtension[extensionOf(name)] ?? 'application/octet-stream'
}

const videoNames: readonly [RegExp, Category][] = [
  [/dash|in-?car|icv|cruiser/i, 'in-car-video'],
  [/interview|room/i, 'interview'],
  [/cctv|dvr|nvr|surveil|channel|\bch\d/i, 'surveillance-video'],
]

/**
 * A first guess at the category, which the person sees marked as a guess. A wrong category has cost
 * evidence before (it decides how long an item is kept), so it is never taken over unseen.
 */
export function guessCategory(file: { name: string; type: string }): Category {
  const kind = mediaTypeOf(file)
  if (/^(ufdr?|clbx|gray|ab)$/.test(extensionOf(file.name)) || /cellebrite|graykey/i.test(file.name))
    return 'phone-extraction'
  if (/^(e01|ex01|aff4?|dd|raw|img|vmdk|vhdx?)$/.test(extensionOf(file.name))) return 'computer-image'
  if (kind.startsWith('video/')) return videoNames.find(([name]) => name.test(file.name))?.[1] ?? 'body-worn-video'
  if (kind.startsWith('image/')) return 'photograph'
  if (kind.startsWith('audio/')) return 'audio'
  if (kind.startsWith('text/') || /pdf|msword|officedocument|opendocument/.test(kind)) return 'document'
  return 'other'
}

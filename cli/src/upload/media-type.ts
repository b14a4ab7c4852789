import { extname } from 'node:path'
import type { Asking } from '@sallyport/api/contract'
import type { declareUpload } from '@sallyport/api/uploads'

type Category = Asking<typeof declareUpload>['particulars']['category']

const types: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
  '.avi': 'video/x-msvideo',
  '.ts': 'video/mp2t',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.heic': 'image/heic',
  '.dng': 'image/x-adobe-dng',
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.flac': 'audio/flac',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

/** The media type that the ending of a name promises. It is a label: the vault does not trust it either. */
export const mediaTypeOf = (name: string): string => types[extname(name).toLowerCase()] ?? 'application/octet-stream'

/** What an item most likely is. A video may be of several kinds, so only the officer can tell which. */
export function categoryOf(mediaType: string): Category {
  if (mediaType.startsWith('image/')) return 'photograph'
  if (mediaType.startsWith('audio/')) return 'audio'
  if (mediaType.startsWith('text/') || mediaType === 'application/pdf' || mediaType.includes('document'))
    return 'document'
  return 'other'
}

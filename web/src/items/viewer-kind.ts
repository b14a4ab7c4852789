export type ViewerKind = 'video' | 'audio' | 'image' | 'pdf' | 'text' | 'none'

const images = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])
const texts = new Set(['application/json', 'application/xml'])

/**
 * How content can be shown, from its label. The label may be wrong; the browser then says that it
 * cannot show it. Web pages are shown as text, never run; a drawing in SVG is not shown at all.
 */
export function viewerKind(mediaType: string, readsPdf: boolean): ViewerKind {
  if (mediaType.startsWith('video/')) return 'video'
  if (mediaType.startsWith('audio/')) return 'audio'
  if (images.has(mediaType)) return 'image'
  if (mediaType === 'application/pdf') return readsPdf ? 'pdf' : 'none'
  if (mediaType.startsWith('text/') || texts.has(mediaType)) return 'text'
  return 'none'
}

export const openWords: Readonly<Record<ViewerKind, string>> = {
  video: 'Open the video',
  audio: 'Open the recording',
  image: 'Open the picture',
  pdf: 'Open the document',
  text: 'Open the text',
  none: '',
}

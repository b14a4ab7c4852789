import { listUploads } from '@sallyport/api/uploads'
import { asked } from '../asked.ts'

/** Uploads of this person that have not come to their end, wherever they were begun. */
export const openUploads = asked(listUploads, { open: 'true', limit: 200 })

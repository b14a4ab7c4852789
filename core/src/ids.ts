declare const kind: unique symbol

/**
 * The text of a UUID that is known to name one kind of thing.
 *
 * A `CaseId` cannot be passed where an `ItemId` is wanted, and a bare string can be passed for
 * neither. Ids are minted in two places only: `api` parses them at the edge, and `rows.ts` files
 * read them from the database. They are random and say nothing, so they may stand in clear.
 */
export type Id<Kind extends string> = string & { readonly [kind]: Kind }

export type AgencyId = Id<'agency'>
export type PersonId = Id<'person'>
export type SessionId = Id<'session'>
export type CaseId = Id<'case'>
export type ItemId = Id<'item'>
export type UploadId = Id<'upload'>
export type ObjectId = Id<'object'>
export type ViewingId = Id<'viewing'>
export type ExportId = Id<'export'>
export type EntryId = Id<'entry'>
export type NoteId = Id<'note'>
export type AlarmId = Id<'alarm'>
export type FindingId = Id<'finding'>
export type TransferId = Id<'transfer'>
export type ExpungementId = Id<'expungement'>
export type PaperId = Id<'paper'>
export type MonitorId = Id<'monitor'>

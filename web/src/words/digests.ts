/** A digest in groups of four, as it is read aloud and compared. Copied, it is whole again. */
export const inFours = (digest: string): string[] => digest.match(/.{1,4}/g) ?? []

/**
 * Keeps the vault from starting, for a reason that the person at the terminal can do something about.
 *
 * The message is one or more whole sentences: what is wrong and what to do. `main.ts` prints it without
 * a stack and exits with 1. Anything else thrown at the start is a fault of ours and is printed whole.
 */
export class StartFault extends Error {
  override readonly name = 'StartFault'
}

/** Says something to the person who started the program, a sentence at a time. */
export type Say = (sentence: string) => void

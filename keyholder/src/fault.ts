/** Thrown when what was asked cannot be done: what happened, and what to do now. Nothing was changed. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly next: string

  constructor(says: string, next = '') {
    super(says)
    this.next = next
  }
}

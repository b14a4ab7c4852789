import { Refusal, type RefusalCode } from '@sallyport/core/refusal'

/** PostgreSQL: a unique index holds this value already. */
const uniqueViolation = '23505'

/**
 * Refuses what somebody else took a moment earlier. Looking first tells it more cheaply, but two who look
 * at once both see nothing: only the index decides between them.
 */
export async function unlessTaken<T>(
  insert: Promise<T>,
  code: RefusalCode,
  facts: Readonly<Record<string, string>> = {},
): Promise<T> {
  try {
    return await insert
  } catch (fault) {
    if ((fault as { code?: unknown }).code === uniqueViolation) throw new Refusal(code, facts)
    throw fault
  }
}

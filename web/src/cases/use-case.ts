import type { Answered, Contract } from '@sallyport/api/contract'
import { readCase } from '@sallyport/api/cases'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { asked } from '../asked.ts'
import { type Asking, ask } from '../call.ts'

export type CaseRecord = Answered<typeof readCase>
export type CaseId = CaseRecord['id']

export const caseAsked = (id: string) => asked(readCase, { id })

type GivesCase = Contract & { readonly reply: (typeof readCase)['reply'] }

/** A deed whose answer is the case as it stands afterwards, which then is what the page shows. */
export function useCaseDeed<C extends GivesCase>(contract: C, onDone?: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (asking: Asking<C>): Promise<CaseRecord> => (await ask(contract, asking)) as CaseRecord,
    onSuccess: (record) => {
      client.setQueryData(caseAsked(record.id).queryKey, record)
      onDone?.()
    },
  })
}

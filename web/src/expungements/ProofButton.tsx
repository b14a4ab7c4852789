import { Button } from '@mantine/core'
import { proveExpungement } from '@sallyport/api/expungements'
import { useMutation } from '@tanstack/react-query'
import { ask } from '../call.ts'
import { saveFrom } from '../items/save-from.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import type { Order } from './order-words.ts'

/** Saves what proves to a stranger that an order was executed. It says nothing of what was destroyed. */
export function ProofButton({ order }: { readonly order: Order }) {
  const prove = useMutation({
    mutationFn: () => ask(proveExpungement, { id: order.id }),
    onSuccess: (proof) => save(`expungement-${order.reference.replace(/[^A-Za-z0-9._-]+/g, '-')}.json`, proof),
  })
  return (
    <>
      <RefusalNotice error={prove.error} />
      <Button variant="default" loading={prove.isPending} onClick={() => prove.mutate()}>
        Save the proof
      </Button>
    </>
  )
}

function save(name: string, content: unknown): void {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: 'application/json' }))
  saveFrom(address, name)
  URL.revokeObjectURL(address)
}

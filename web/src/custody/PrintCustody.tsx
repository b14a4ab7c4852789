import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { printItem } from '@sallyport/api/prints'
import type { ItemId } from '@sallyport/core/ids'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { Time } from '../time/Time.tsx'

/** Prints the custody as it is shown. The print is entered first; its number stands on the paper. */
export function PrintCustody({ item }: { readonly item: ItemId }) {
  const [asking, setAsking] = useState(false)
  const [why, setWhy] = useState('')
  const print = useMutation({
    mutationFn: () => ask(printItem, { id: item, ...(why.trim() !== '' && { why: why.trim() }) }),
    onSuccess: () => setAsking(false),
  })
  const entered = print.data
  // Only when the number stands on the page and the dialog has gone from it.
  useEffect(() => {
    if (!entered || asking) return
    const timer = setTimeout(() => window.print(), 100)
    return () => clearTimeout(timer)
  }, [entered, asking])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    print.mutate()
  }
  const begin = () => {
    print.reset()
    setAsking(true)
  }
  return (
    <>
      {entered && (
        <p className="print-only">
          Print <code>{entered.number}</code>, entered in the ledger <Time at={entered.at} /> for {entered.by}.
        </p>
      )}
      <Button variant="default" className="no-print" style={{ alignSelf: 'flex-start' }} onClick={begin}>
        Print the custody
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Print the custody as it is shown">
        <form onSubmit={submit}>
          <Stack>
            <Text>
              The print is entered in the custody of this item first, with your name. Its number and the marking stand
              on the paper.
            </Text>
            <TextInput
              label="Why it is printed"
              value={why}
              onChange={(event) => setWhy(event.currentTarget.value)}
              maxLength={400}
              data-autofocus
            />
            <RefusalNotice error={print.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)}>
                Cancel
              </Button>
              <Button type="submit" loading={print.isPending}>
                Print
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  )
}

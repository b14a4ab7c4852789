import { Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { caseTypes, openCase } from '@sallyport/api/cases'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import { caseTypeWords, options } from '../words/labels.ts'

export function OpenCase({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Open a case">
      <OpenCaseForm onClose={onClose} />
    </Modal>
  )
}

function OpenCaseForm({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [number, setNumber] = useState('')
  const [title, setTitle] = useState('')
  const [type, setType] = useState('')
  const [description, setDescription] = useState('')
  const open = useMutation({
    mutationFn: () => {
      const known = caseTypes.find((one) => one === type) ?? 'other'
      return ask(openCase, { number, title, type: known, ...(description.trim() !== '' && { description }) })
    },
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ['/cases'] })
      onClose()
      void navigate({ to: '/cases/$id', params: { id } })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    open.mutate()
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Case number"
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          maxLength={40}
          required
          data-autofocus
        />
        <TextInput
          label="Title"
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          maxLength={200}
          required
        />
        <NativeSelect
          label="Type"
          data={[{ value: '', label: 'Choose a type', disabled: true }, ...options(caseTypeWords)]}
          value={type}
          onChange={(event) => setType(event.currentTarget.value)}
          required
        />
        <Textarea
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          maxLength={8000}
          autosize
          minRows={3}
          maxRows={10}
        />
        <RefusalNotice error={open.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={open.isPending}>
            Open the case
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

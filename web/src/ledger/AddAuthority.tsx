import { Button, FileInput, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { addAuthority, readStamping } from '@sallyport/api/stamps'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asked } from '../asked.ts'
import { ask } from '../call.ts'
import { RefusalNotice } from '../refusal/RefusalNotice.tsx'
import styles from './ledger.module.css'

export const AddAuthority = ({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) => (
  <Modal opened={opened} onClose={onClose} title="Name an authority" size="lg">
    <Add onClose={onClose} />
  </Modal>
)

/** More than this is no chain of certificates; the vault takes no more either. */
const longestRoots = 100_000

function Add({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [roots, setRoots] = useState('')
  const add = useMutation({
    mutationFn: () => ask(addAuthority, { name, url, roots }),
    onSuccess: (next) => {
      client.setQueryData(asked(readStamping, {}).queryKey, next)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text>
          From now on it is sent the hash of the newest checkpoint and states when it saw it. Nothing else leaves this
          server, and no content.
        </Text>
        <TextInput
          label="Name"
          description="Small letters, digits and single hyphens. It stands in every bag, and cannot be given again."
          value={name}
          onChange={(event) => setName(event.currentTarget.value.toLowerCase())}
          pattern="[a-z0-9](-?[a-z0-9]){1,39}"
          maxLength={40}
          autoCapitalize="none"
          spellCheck={false}
          required
          data-autofocus
        />
        <TextInput
          label="Address"
          type="url"
          placeholder="https://…"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          maxLength={500}
          required
        />
        <Roots value={roots} onChange={setRoots} />
        <RefusalNotice error={add.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending}>
            Name the authority
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type RootsProps = { readonly value: string; readonly onChange: (next: string) => void }

/** Certificates from a file or pasted. What a file holds is shown, so that it can be compared before it counts. */
function Roots({ value, onChange }: RootsProps) {
  const [tooLong, setTooLong] = useState(false)
  const takeFile = async (file: File | null) => {
    setTooLong(file !== null && file.size > longestRoots)
    if (file && file.size <= longestRoots) onChange(await file.text())
  }
  return (
    <>
      <FileInput
        label="Root certificates from a file"
        placeholder="Choose a PEM file"
        accept=".pem,.crt,.cer,.txt,application/x-pem-file"
        onChange={(file) => void takeFile(file)}
        error={tooLong ? 'This file is longer than any chain of certificates.' : undefined}
        clearable
      />
      <Textarea
        className={styles['text'] ?? ''}
        label="Root certificates (PEM)"
        description="Those that the agency trusts for it, and those in between if the authority does not send them. Compare them with what the authority publishes."
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={5}
        maxRows={12}
        maxLength={longestRoots}
        spellCheck={false}
        required
      />
    </>
  )
}

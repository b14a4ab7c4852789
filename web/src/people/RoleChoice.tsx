import { Checkbox, Stack, Text } from '@mantine/core'
import { type Role, roles } from '@sallyport/core/access'
import { grantsOf, roleAbout, roleName } from './role-words.ts'

type Props = { readonly value: readonly Role[]; readonly onChange: (held: Role[]) => void }

/** Roles to choose, each explained, and below them what the choice permits in all. */
export function RoleChoice({ value, onChange }: Props) {
  const grants = grantsOf(value)
  return (
    <Stack gap="xs">
      <Checkbox.Group
        label="Roles"
        value={[...value]}
        onChange={(next) => onChange(roles.filter((role) => next.includes(role)))}
        required
      >
        <Stack gap="xs" mt={4}>
          {roles.map((role) => (
            <Checkbox key={role} value={role} label={roleName(role)} description={roleAbout(role)} />
          ))}
        </Stack>
      </Checkbox.Group>
      {grants.length > 0 && (
        <details>
          <summary>What these roles permit together ({grants.length})</summary>
          <ul>
            {grants.map(({ may, reach }) => (
              <li key={may}>
                {may} <span className="dim">· {reach}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {value.length === 0 && (
        <Text size="sm" c="dimmed">
          Choose at least one.
        </Text>
      )}
    </Stack>
  )
}

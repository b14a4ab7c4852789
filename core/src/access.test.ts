import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Level,
  levels,
  type Permission,
  permissions,
  permits,
  reaches,
  reachOf,
  type Role,
  roles,
} from './access.ts'

const allPermissions = Object.keys(permissions) as Permission[]
const aRole = fc.constantFrom(...roles)
const someRoles = fc.uniqueArray(aRole, { maxLength: roles.length })
const aPermission = fc.constantFrom(...allPermissions)
const aLevel = fc.constantFrom<(Level | undefined)[]>(undefined, ...levels)
const aStanding = fc.record({ own: fc.boolean(), level: aLevel })

const content = allPermissions.filter((permission) => /^(case|item|custody)\./.test(permission))
const running = ['agency.change', 'people.change', 'ledger.read'] as const

test('one more role never takes anything away from a person', () => {
  fc.assert(
    fc.property(someRoles, aRole, aPermission, aStanding, (held, more, permission, standing) => {
      const before = permits(held, permission, standing)

      const after = permits([...held, more], permission, standing)

      assert.ok(!before || after)
    }),
  )
})

test('a higher level on a case never takes anything away from a member', () => {
  fc.assert(
    fc.property(someRoles, aPermission, fc.boolean(), (held, permission, own) => {
      const answers = [undefined, ...levels].map((level) => permits(held, permission, { own, level }))

      const sorted = answers.toSorted((a, b) => Number(a) - Number(b))

      assert.deepEqual(answers, sorted)
    }),
  )
})

test('having made a thing oneself never takes anything away', () => {
  fc.assert(
    fc.property(someRoles, aPermission, aLevel, (held, permission, level) => {
      const stranger = permits(held, permission, { own: false, level })

      const maker = permits(held, permission, { own: true, level })

      assert.ok(!stranger || maker)
    }),
  )
})

test('whoever runs the vault sees no content, however they stand to it', () => {
  for (const role of ['administrator', 'auditor'] satisfies Role[]) {
    for (const permission of content) {
      const standing = { own: true, level: 'lead' } as const

      const may = permits([role], permission, standing)

      assert.equal(may, false, `${role} ${permission}`)
    }
  }
})

test('whoever handles evidence does not run the vault', () => {
  for (const role of ['officer', 'detective', 'custodian', 'supervisor'] satisfies Role[]) {
    const granted = running.filter((permission) => reachOf([role], permission) !== 'none')

    assert.deepEqual(granted, [], role)
  }
})

test('a person without a role, and a person without a standing in a case, may do nothing there', () => {
  const stranger = { own: false, level: undefined }

  const withoutRole = allPermissions.filter((permission) => permits([], permission, { own: true, level: 'lead' }))
  const officer = content.filter((permission) => permits(['officer'], permission, stranger))
  const detective = content.filter((permission) => permits(['detective'], permission, stranger))

  assert.deepEqual([withoutRole, officer, detective], [[], [], []])
})

test('the widest reach of several roles counts, in whatever order they are held', () => {
  fc.assert(
    fc.property(someRoles, aPermission, (held, permission) => {
      const each = held.map((role) => reaches.indexOf(reachOf([role], permission)))

      const reach = reachOf(held, permission)

      assert.equal(reaches.indexOf(reach), Math.max(0, ...each))
      assert.equal(reachOf(held.toReversed(), permission), reach)
    }),
  )
})

test('an officer plays their own item and not that of a colleague, also in a case they lead', () => {
  const own = permits(['officer'], 'item.play', { own: true, level: undefined })
  const other = permits(['officer'], 'item.play', { own: false, level: 'lead' })

  assert.deepEqual([own, other], [true, false])
})

test('a viewer of a case looks, a worker adds, and only a lead gives access', () => {
  const asked = ['item.play', 'item.add', 'case.share'] as const

  const may = levels.map((level) =>
    asked.map((permission) => permits(['detective'], permission, { own: false, level })),
  )

  assert.deepEqual(may, [
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ])
})

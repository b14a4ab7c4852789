import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from './command.ts'
import { NotDone, Refused } from './not-done.ts'

const find = command({
  usage: 'find WORD [--where PLACE]',
  does: 'Finds a word.',
  help: ['--where PLACE        where to look'],
  options: { where: { type: 'string' } },
  async run({ positionals: [word], values: { where } }, tell) {
    if (word === 'broken') throw new NotDone('It is broken.', 'Mend it.')
    if (word === 'secret')
      throw new Refused(403, { code: 'session/not-permitted', says: 'No.', next: 'Ask.', facts: {}, request: 'r-1' })
    tell({ word, where }, `Looked for ${word}.`, `In ${where}.`)
    return word === 'nothing' ? 1 : 0
  },
})

async function typed(...argv: string[]) {
  const said: string[] = []
  const warned: string[] = []
  const exit = await find.run(argv, { say: (line) => said.push(line), warn: (line) => warned.push(line) })
  return { exit, said, warned }
}

test('a person is told in sentences', async () => {
  const outcome = await typed('shoe', '--where', 'garden')

  assert.deepEqual(outcome, { exit: 0, said: ['Looked for shoe.', 'In garden.'], warned: [] })
})

test('a script is told one JSON value a line', async () => {
  const { exit, said } = await typed('nothing', '--where', 'garden', '--json')

  assert.equal(exit, 1)
  assert.deepEqual(said, ['{"word":"nothing","where":"garden"}'])
})

test('a misspelt option does nothing and shows how the command is used', async () => {
  const { exit, said, warned } = await typed('shoe', '--were', 'garden')

  assert.equal(exit, 2)
  assert.deepEqual(said, [])
  assert.match(warned.join(), /--were.*sallyport find WORD/)
})

test('help tells what a command does and does nothing else', async () => {
  const { exit, said } = await typed('broken', '--help')

  assert.equal(exit, 0)
  assert.deepEqual(said, [
    'sallyport find WORD [--where PLACE]',
    '',
    'Finds a word.',
    '',
    '  --where PLACE        where to look',
  ])
})

test('what cannot be done says what happened and what to do, and ends with 2', async () => {
  const outcome = await typed('broken')

  assert.deepEqual(outcome, { exit: 2, said: [], warned: ['It is broken. Mend it.'] })
})

test('a refusal of the vault keeps its code and its number for scripts', async () => {
  const { exit, said } = await typed('secret', '--json')

  assert.equal(exit, 2)
  assert.deepEqual(JSON.parse(said[0] ?? ''), {
    failed: { code: 'session/not-permitted', says: 'No.', next: 'Ask.', request: 'r-1' },
  })
})

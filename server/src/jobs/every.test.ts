import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../testing/house.ts'
import { every } from './every.ts'

const fail = (fault: unknown): never => assert.fail(String(fault))

test('work is done at once and again and again, and never twice at a time', async () => {
  let [turns, under, most] = [0, 0, 0]
  const work = async () => {
    under += 1
    most = Math.max(most, under)
    await pause(15)
    under -= 1
    turns += 1
  }

  const job = every(1, work, fail)

  await until('three turns are done', () => turns >= 3)
  await job.stop()
  assert.equal(most, 1)
})

test('a turn that fails is told, and the next one comes', async () => {
  const told: unknown[] = []
  let turns = 0
  const work = async () => {
    turns += 1
    throw new Error(`turn ${turns}`)
  }

  const job = every(1, work, (fault) => void told.push(fault))

  await until('two faults are told', () => told.length >= 2)
  await job.stop()
  assert.match(String(told[0]), /turn 1/)
})

test('a stop waits for the turn under way, and no other begins', async () => {
  let [begun, ended] = [0, 0]
  const work = async () => {
    begun += 1
    await pause(60)
    ended += 1
  }
  const job = every(1, work, fail)
  await until('a turn is under way', () => begun === 1)

  await job.stop()

  const at = [begun, ended]
  await pause(50)
  assert.deepEqual(
    [at, [begun, ended]],
    [
      [1, 1],
      [1, 1],
    ],
  )
})

import { expect, it } from 'vitest'
import { FaultQueue, gate } from '../../../src/sandbox/wire/fault-queue.js'

it('gives each call what was planned for it, in order and as often as planned', () => {
  const faults = new FaultQueue<string, string>()
  faults.plan('post', 'refuse', 2)
  faults.plan('post', 'drop')
  faults.plan('update', 'hold')
  expect([1, 2, 3, 4].map(() => faults.take('post'))).toEqual(['refuse', 'refuse', 'drop', undefined])
  expect(faults.take('update')).toBe('hold')
})

it('leaves what is meant for another call to it', () => {
  const faults = new FaultQueue<string, { readonly tool: string }>()
  faults.plan('call', { tool: 'search' })
  faults.plan('call', { tool: 'send' })
  expect(faults.take('call', ({ tool }) => tool === 'send')).toEqual({ tool: 'send' })
  expect(faults.take('call', ({ tool }) => tool === 'send')).toBeUndefined()
  expect(faults.take('call')).toEqual({ tool: 'search' })
})

it('forgets what has not happened', () => {
  const faults = new FaultQueue<string, string>()
  faults.plan('post', 'refuse', 3)
  faults.clear()
  expect(faults.take('post')).toBeUndefined()
})

it('tells the test of a call that has arrived, and holds it until it is released', async () => {
  const { hold, arrived, released } = gate()
  const said: string[] = []
  const call = (async () => {
    arrived()
    await released
    said.push('done')
  })()
  await hold.reached
  said.push('reached')
  hold.release()
  await call
  expect(said).toEqual(['reached', 'done'])
})

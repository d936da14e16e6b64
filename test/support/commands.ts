import type { Person } from '../../src/sandbox/slack/people/person.js'

/** `/inbox disconnect` and the press that it asks for. Resolves when the press is acknowledged. */
export async function disconnect(person: Person, options: { readonly channel?: string } = {}): Promise<void> {
  const { reply } = await person.command('disconnect', options)
  if (reply === undefined) throw new Error('nobody was asked whether to disconnect')
  await person.press(reply, { label: 'Disconnect Gmail' })
}

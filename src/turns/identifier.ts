/** From a template such as `slack:{team}:{user}` to a person's Scalekit identifier. */

import type { IdentifiedPerson, Person, Profile } from './model.js'
import { OperatorProblem } from './ports.js'
import type { TurnStore } from './turn-store.js'

/** @throws OperatorProblem where the template asks for an e-mail address that Slack does not tell */
export function identifierFor(template: string, person: Person, profile: Profile): string {
  if (template.includes('{email}') && profile.email === null) {
    throw new OperatorProblem(
      'setup',
      'SCALEKIT_IDENTIFIER uses {email}, but Slack does not tell this person’s address (scope users:read.email)',
    )
  }
  const values = { team: person.team, user: person.user, email: (profile.email ?? '').toLowerCase() }
  // All at once, and by function: neither `{user}` nor `$&` in an address means anything.
  return template.replace(/\{(team|user|email)\}/g, (_, name: keyof typeof values) => values[name])
}

/** The person with their identifier, settled now where it was not yet. Null: it belongs to somebody else. */
export async function settleIdentifier(
  people: TurnStore['people'],
  person: Person,
  identifierOf: () => string,
): Promise<IdentifiedPerson | null> {
  try {
    return await people.identify(person, person.identifier ?? identifierOf())
  } catch (error) {
    if (error instanceof Error && error.name === 'IdentifierTaken') return null
    throw error
  }
}

/** Character references: `&amp;`, `&eacute;`, `&#42;`, `&#x1F389;`. HTML's whole table of names; anything else stays as it is. */
import { decodeHTMLStrict } from 'entities/decode'

/** The longest name, `CounterClockwiseContourIntegral`, has 31 letters. */
export const MAX_ENTITY = 33
const ENTITY = /&(?:#\d{1,7}|#[xX][\dA-Fa-f]{1,6}|[A-Za-z][A-Za-z\d]{1,30});/uy
const ENTITIES = /&(?:#\d{1,7}|#[xX][\dA-Fa-f]{1,6}|[A-Za-z][A-Za-z\d]{1,30});/gu

/** What may become an entity as more arrives. */
export const BEGUN_ENTITY = /^&(?:#?[A-Za-z\d]{0,31})$/

export interface Entity {
  /** The character it stands for; a few names stand for two. */
  character: string
  length: number
}

/** The entity that begins at `at`, if one does. */
export function entityAt(source: string, at: number): Entity | undefined {
  ENTITY.lastIndex = at
  const whole = ENTITY.exec(source)?.[0]
  const character = whole === undefined ? undefined : characterOf(whole)
  return whole === undefined || character === undefined ? undefined : { character, length: whole.length }
}

/** Decodes once: `&amp;lt;` is `&lt;`. */
export function decodeEntities(text: string): string {
  return text.replace(ENTITIES, (whole) => characterOf(whole) ?? whole)
}

function characterOf(entity: string): string | undefined {
  const decoded = decodeHTMLStrict(entity)
  if (decoded === entity) return undefined
  // A line end or a tab that was spelled out is a blank, as in HTML: it begins no line.
  return decoded.replace(/[\t\n\r\f]/g, ' ').replace(/\p{Cc}/gu, '\uFFFD')
}

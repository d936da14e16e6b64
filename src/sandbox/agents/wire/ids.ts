import { randomInt } from 'node:crypto'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const LENGTH = 22

/** An id as the API writes them: a tagged prefix, then `01` and an opaque part. */
export function newId(prefix: string): string {
  let opaque = ''
  for (let index = 0; index < LENGTH; index++) opaque += ALPHABET[randomInt(ALPHABET.length)]
  return `${prefix}_01${opaque}`
}

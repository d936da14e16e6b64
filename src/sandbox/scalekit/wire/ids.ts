import { randomBytes, randomInt } from 'node:crypto'

/**
 * Ids as Scalekit forms them: a prefix and eighteen digits. At random, so that an id that somebody kept from an earlier run of the
 * sandbox is unknown, and not another thing's.
 */
export function newId(prefix: 'ca' | 'cfg' | 'conn' | 'env' | 'evt' | 'mci' | 'msg'): string {
  const digits = `1${randomInt(10 ** 8, 10 ** 9)}${randomInt(10 ** 7, 10 ** 8)}`
  return `${prefix}_${digits}`
}

/** A secret that fits into a URL. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

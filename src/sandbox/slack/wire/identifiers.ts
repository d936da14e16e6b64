import { randomInt } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** A fresh id as Slack makes them: a prefix that tells the kind (`Ev`, `F`, `V`…) and ten capitals or digits. */
export function freshId(prefix: string): string {
  let id = prefix
  for (let i = 0; i < 10; i++) id += ALPHABET[randomInt(ALPHABET.length)]
  return id
}

/** The short ids that Slack gives to blocks and elements which come without one. */
export function freshBlockId(): string {
  return randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0')
}

/** Makes message timestamps: seconds and six digits, unique and ascending even where the clock stands still or goes back. */
export function timestamps(now: () => number): () => string {
  let last = 0
  return () => {
    last = Math.max(last + 1, Math.floor(now()) * 1000)
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`
  }
}

export const TIMESTAMP = /^\d{1,11}\.\d{6}$/

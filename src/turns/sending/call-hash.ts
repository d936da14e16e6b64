/** What stands for one call of a tool: its name and all that it was called with. */

import { createHash } from 'node:crypto'
import type { ToolStep } from '../reply.js'

/** SHA-256, hex. */
export function callHash({ name, input }: Pick<ToolStep, 'name' | 'input'>): string {
  return createHash('sha256')
    .update(JSON.stringify([name, input]))
    .digest('hex')
}

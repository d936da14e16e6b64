/** Every Gmail tool that Scalekit knows. */
import { FORBIDDEN_TOOLS } from './forbidden-tools.js'
import { READ_TOOLS } from './read-tools.js'
import type { GmailTool } from './tool.js'
import { CHANGE_TOOLS, SEND_TOOLS } from './write-tools.js'

export const GMAIL_TOOLS: readonly GmailTool[] = [...READ_TOOLS, ...CHANGE_TOOLS, ...SEND_TOOLS, ...FORBIDDEN_TOOLS]

const BY_NAME: ReadonlyMap<string, GmailTool> = new Map(GMAIL_TOOLS.map((tool) => [tool.name, tool]))

export function isGmailTool(name: string): boolean {
  return BY_NAME.has(name)
}

export function gmailToolNamed(name: string): GmailTool | undefined {
  return BY_NAME.get(name)
}

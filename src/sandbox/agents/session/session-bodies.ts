/** What a client writes to make a session, to change one, or to give it a file. */
import { z } from 'zod'
import { modelField, serversField, skillsField, systemField, toolsField } from '../resources/agent-definition.js'
import { metadata, metadataPatch } from '../wire/fields.js'
import { initialEvents } from './sent-events.js'

const MAX_VAULTS = 20
const MAX_TITLE = 80
const titleField = z
  .string()
  .max(MAX_TITLE)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
const budgetField = z.strictObject({
  type: z.literal('limit'),
  max_list_cost: z.strictObject({
    amount: z.string().regex(/^[1-9]\d*$/, 'must be a positive integer decimal string'),
    currency: z.literal('USD'),
  }),
})
const version = z.number().int().min(1).optional()
export const agentField = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('agent'), id: z.string(), version }),
  z.strictObject({
    type: z.literal('agent_with_overrides'),
    id: z.string(),
    version,
    system: systemField.nullish(),
    model: modelField.optional(),
    tools: toolsField.optional(),
    mcp_servers: serversField.optional(),
    skills: skillsField.optional(),
  }),
])
const mountPath = z.string().startsWith('/', 'must be an absolute path').max(4096).nullish()
export const fileResourceField = z.strictObject({ type: z.literal('file'), file_id: z.string(), mount_path: mountPath })
export const resourceField = z.discriminatedUnion('type', [
  fileResourceField,
  z.strictObject({
    type: z.literal('github_repository'),
    url: z.url(),
    authorization_token: z.string().optional(),
    checkout: z
      .discriminatedUnion('type', [
        z.strictObject({ type: z.literal('branch'), name: z.string() }),
        z.strictObject({ type: z.literal('commit'), sha: z.string() }),
      ])
      .nullish(),
    mount_path: mountPath,
  }),
])

export const createBody = z.strictObject({
  // Told apart by hand below: a union of a string and objects would not say which field of the object is wrong.
  agent: z.unknown().refine((value) => value !== undefined, 'Field required'),
  environment_id: z.string(),
  title: titleField.nullish(),
  metadata: metadata.default({}),
  vault_ids: z.array(z.string()).max(MAX_VAULTS).default([]),
  resources: z.array(resourceField).default([]),
  budget: budgetField.optional(),
  initial_events: initialEvents.default([]),
})
export const updateBody = z.strictObject({
  agent: z.strictObject({ tools: toolsField.optional(), mcp_servers: serversField.optional() }).optional(),
  title: titleField.nullish(),
  metadata: metadataPatch.nullish(),
  budget: budgetField.nullish(),
  vault_ids: z
    .undefined({ error: 'cannot be changed on a session; updating vault_ids is not yet supported' })
    .optional(),
})

import type { ReactionsAddResponse, ReactionsRemoveResponse } from '@slack/web-api'
import { TIMESTAMP } from '../wire/identifiers.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { Message } from '../workspace/workspace.js'
import { type Call, joinedConversation, type Method } from './method.js'

/** @throws SlackRefusal `bad_timestamp`, `message_not_found`, `invalid_name` */
function reacted({ inside, args }: Call): { readonly message: Message; readonly name: string } {
  const channel = joinedConversation(inside, args.required('channel'))
  const ts = args.required('timestamp')
  if (!TIMESTAMP.test(ts)) throw new SlackRefusal('bad_timestamp')
  const message = inside.workspace.message(channel.id, ts)
  if (message === undefined) throw new SlackRefusal('message_not_found')
  const name = args.required('name')
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new SlackRefusal('invalid_name')
  return { message, name }
}

const add: Method<ReactionsAddResponse> = {
  scopes: ['reactions:write'],
  token: 'bot',
  run(call) {
    const { message, name } = reacted(call)
    const { workspace } = call.inside
    const users = message.reactions.get(name) ?? []
    if (users.includes(workspace.bot.userId)) throw new SlackRefusal('already_reacted')
    workspace.setReactions(message, new Map(message.reactions).set(name, [...users, workspace.bot.userId]))
    return { ok: true }
  },
}

const remove: Method<ReactionsRemoveResponse> = {
  scopes: ['reactions:write'],
  token: 'bot',
  run(call) {
    const { message, name } = reacted(call)
    const { workspace } = call.inside
    const users = message.reactions.get(name) ?? []
    if (!users.includes(workspace.bot.userId)) throw new SlackRefusal('no_reaction')
    const left = users.filter((user) => user !== workspace.bot.userId)
    const reactions = new Map(message.reactions)
    if (left.length > 0) reactions.set(name, left)
    else reactions.delete(name)
    workspace.setReactions(message, reactions)
    return { ok: true }
  },
}

export const reactionMethods = { 'reactions.add': add, 'reactions.remove': remove }

/** Files: look one up, and upload in three steps. */
import type {
  FilesCompleteUploadExternalResponse,
  FilesGetUploadURLExternalResponse,
  FilesInfoResponse,
} from '@slack/web-api'
import { acceptMessageBlocks } from '../block-kit/blocks.js'
import { asString, isObject } from '../wire/json.js'
import { refuseWith, SlackRefusal } from '../wire/refusal.js'
import { wireFile } from '../workspace/wire-message.js'
import { threadOf } from './chat.js'
import { joinedConversation, type Method } from './method.js'

const info: Method<FilesInfoResponse> = {
  scopes: ['files:read'],
  token: 'bot',
  run({ inside, args }) {
    const { workspace } = inside
    const file = workspace.file(args.required('file'))
    if (file === undefined) throw new SlackRefusal('file_not_found')
    if (file.deleted) throw new SlackRefusal('file_deleted')
    const seen = file.channels.some((id) => workspace.conversation(id)?.members.has(workspace.bot.userId))
    if (!seen && file.user !== workspace.bot.userId) throw new SlackRefusal('not_visible')
    return {
      ok: true,
      file: wireFile(workspace, file, inside.origin(), true),
      comments: [],
      content_highlight_html: '',
    }
  },
}

const getUploadURLExternal: Method<FilesGetUploadURLExternalResponse> = {
  scopes: ['files:write'],
  token: 'bot',
  run({ inside, args }) {
    const filename = args.required('filename')
    const length = args.integer('length', 0, { min: 0, max: 1_000_000_000 })
    if (length === 0) throw new SlackRefusal('missing_argument')
    const { fileId, path } = inside.uploads.begin(filename, length)
    return { ok: true, upload_url: `${inside.origin()}${path}`, file_id: fileId }
  },
}

/** Completing without a channel keeps the file private to the app; with one it posts a message there. */
const completeUploadExternal: Method<
  Omit<FilesCompleteUploadExternalResponse, 'files'> & { files: { id: string; title: string }[] }
> = {
  scopes: ['files:write'],
  token: 'bot',
  run({ inside, args }) {
    const { workspace, uploads } = inside
    const files = args.json('files', 'invalid_arguments')
    if (!Array.isArray(files) || files.length === 0)
      throw refuseWith('invalid_arguments', ['missing required field: files'])
    const channelId = args.string('channel_id') ?? args.string('channels')
    const channel = channelId ? joinedConversation(inside, channelId) : undefined
    const threadTs = channel === undefined ? undefined : threadOf(inside, channel.id, args)
    const given = args.json('blocks', 'invalid_blocks')
    const blocks = given === undefined ? undefined : acceptMessageBlocks(given)
    const completed = files.map((file) => {
      if (!isObject(file) || typeof file.id !== 'string') {
        throw refuseWith('invalid_arguments', ['missing required field: id [json-pointer:/files]'])
      }
      return uploads.complete(file.id, asString(file.title), channel === undefined ? [] : [channel.id])
    })
    if (channel !== undefined) {
      workspace.post({
        channel: channel.id,
        author: workspace.bot.userId,
        byApp: true,
        subtype: 'file_share',
        text: args.string('initial_comment') ?? '',
        files: completed,
        ...(blocks !== undefined && { blocks }),
        ...(threadTs !== undefined && { threadTs }),
      })
    }
    return { ok: true, files: completed.map(({ id, title }) => ({ id, title })) }
  },
}

export const fileMethods = {
  'files.info': info,
  'files.getUploadURLExternal': getUploadURLExternal,
  'files.completeUploadExternal': completeUploadExternal,
}

/** Who is who: the token's owner, people, bots, the workspace. */
import type {
  AuthTestResponse,
  BotsInfoResponse,
  TeamInfoResponse,
  UsersInfoResponse,
  UsersListResponse,
  UsersLookupByEmailResponse,
} from '@slack/web-api'
import { SlackRefusal } from '../wire/refusal.js'
import type { Member, Workspace } from '../workspace/workspace.js'
import { type Grant, knownMember, type Method, paged } from './method.js'

const authTest: Method<AuthTestResponse> = {
  scopes: [],
  token: 'bot or app',
  run({ inside, grant }) {
    const { bot, team } = inside.workspace
    if (grant.kind === 'app') return { ok: true, app_id: bot.appId, app_name: bot.name }
    return {
      ok: true,
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      team_id: team.id,
      user: bot.name,
      user_id: bot.userId,
      bot_id: bot.botId,
      is_enterprise_install: false,
    }
  },
}

type User = NonNullable<UsersInfoResponse['user']>

/** A member as the Web API and `user_change` describe them. */
export function wireUser(workspace: Workspace, member: Member, grant: Pick<Grant, 'scopes'>, now: number): User {
  const profile = {
    title: member.title,
    real_name: member.realName,
    real_name_normalized: member.realName,
    display_name: member.name,
    display_name_normalized: member.name,
    first_name: member.realName.split(' ')[0] ?? '',
    last_name: member.realName.split(' ').slice(1).join(' '),
    status_text: '',
    status_emoji: '',
    team: member.teamId,
    ...(member.isBot && { api_app_id: workspace.bot.appId, bot_id: workspace.bot.botId, always_active: true }),
    // Addresses need a scope of their own, and nobody sees those of strangers.
    ...(!member.isBot && !member.stranger && grant.scopes.has('users:read.email') && { email: member.email }),
  }
  const common = {
    id: member.id,
    team_id: member.teamId,
    name: member.name,
    deleted: member.deleted,
    profile,
    updated: 0,
  }
  // Slack says little more than this about people who left.
  if (member.deleted) return { ...common, is_bot: member.isBot }
  return {
    ...common,
    color: member.color.replace('#', ''),
    real_name: member.realName,
    tz: member.tz,
    tz_label: member.tz,
    tz_offset: offsetSeconds(member.tz, now),
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: member.restricted || member.ultraRestricted,
    is_ultra_restricted: member.ultraRestricted,
    is_bot: member.isBot,
    is_app_user: false,
    is_email_confirmed: !member.isBot,
    ...(member.teamId !== workspace.team.id && { is_stranger: member.stranger }),
  }
}

/** Seconds east of UTC at this moment. */
function offsetSeconds(tz: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' }).formatToParts(now)
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(parts.map(({ value }) => value).join('')) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60)
}

const info: Method<UsersInfoResponse> = {
  scopes: ['users:read'],
  token: 'bot',
  run({ inside, args, grant }) {
    const member = knownMember(inside, args.required('user'))
    const user = wireUser(inside.workspace, member, grant, inside.now())
    return { ok: true, user: args.boolean('include_locale') ? { ...user, locale: 'en-US' } : user }
  },
}

const list: Method<UsersListResponse> = {
  scopes: ['users:read'],
  token: 'bot',
  run({ inside, args, grant }) {
    const known = inside.workspace.members.filter((member) => !member.unknown && !member.stranger)
    const page = paged(known, args, args.integer('limit', known.length || 1, { min: 1, max: 1000 }))
    return {
      ok: true,
      members: page.items.map((member) => wireUser(inside.workspace, member, grant, inside.now())),
      cache_ts: Math.floor(inside.now() / 1000),
      response_metadata: { next_cursor: page.nextCursor },
    }
  },
}

const lookupByEmail: Method<UsersLookupByEmailResponse> = {
  scopes: ['users:read.email'],
  token: 'bot',
  run({ inside, args, grant }) {
    const email = args.required('email').toLowerCase()
    const member = inside.workspace.members.find(
      (candidate) => candidate.email.toLowerCase() === email && !candidate.deleted && !candidate.unknown,
    )
    if (member === undefined) throw new SlackRefusal('users_not_found')
    return { ok: true, user: wireUser(inside.workspace, member, grant, inside.now()) }
  },
}

const botsInfo: Method<BotsInfoResponse> = {
  scopes: ['users:read'],
  token: 'bot',
  run({ inside, args }) {
    const { bot } = inside.workspace
    if ((args.string('bot') ?? bot.botId) !== bot.botId) throw new SlackRefusal('bot_not_found')
    return {
      ok: true,
      bot: {
        id: bot.botId,
        app_id: bot.appId,
        user_id: bot.userId,
        name: bot.name,
        deleted: false,
        updated: 0,
        icons: {},
      },
    }
  },
}

const teamInfo: Method<TeamInfoResponse> = {
  scopes: ['team:read'],
  token: 'bot',
  run({ inside, args }) {
    const { team } = inside.workspace
    if ((args.string('team') ?? team.id) !== team.id) throw new SlackRefusal('team_not_found')
    return {
      ok: true,
      team: {
        id: team.id,
        name: team.name,
        domain: team.domain,
        email_domain: '',
        url: `https://${team.domain}.slack.com/`,
        icon: { image_default: true },
      },
    }
  },
}

export const peopleMethods = {
  'auth.test': authTest,
  'users.info': info,
  'users.list': list,
  'users.lookupByEmail': lookupByEmail,
  'bots.info': botsInfo,
  'team.info': teamInfo,
}

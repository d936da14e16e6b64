/** What the bot's ports serve: health and metrics, the page at the end of a connect link, Scalekit's webhook, and Slack's requests in HTTP mode. */

import { describeError } from '../log.js'
import { verifyConsent } from '../scalekit/connections.js'
import { FOLLOWED_BY_SOMEBODY_ELSE } from '../slack/blocks/connect-prompt.js'
import { isVisitor, SlackSignIn } from '../slack/connection/sign-in.js'
import { ConnectFlow } from '../web/connect-flow.js'
import { connectRoutes, SIGNED_IN_PATH } from '../web/connect-routes.js'
import { healthRoutes, metricsRoute } from '../web/health.js'
import type { ListenerRoutes } from '../web/listeners.js'
import type { Route } from '../web/routes.js'
import { webhookRoute } from '../web/webhook.js'
import type { Services, ServicesConfig } from './services.js'

/** @param apiUrl Slack's, where people sign in */
export function routesOf(services: Services, apiUrl: string): ListenerRoutes {
  const { publicSite, webhookSecret } = services.config
  return {
    health: health(services),
    metrics: [metrics(services)],
    site: [
      ...(publicSite === undefined ? [] : connectSite(services, publicSite, apiUrl)),
      ...(webhookSecret === undefined ? [] : [statusWebhook(services, webhookSecret)]),
      ...services.workspaces.all.flatMap((workspace) => workspace.routes),
    ],
  }
}

function health({ store, workspaces, log }: Services): Route[] {
  return healthRoutes({
    problems: async () => {
      await store.checkWritable()
      return workspaces.all.flatMap((workspace) => workspace.problems)
    },
    log,
  })
}

function metrics({ metrics, dispatcher, workspaces }: Services): Route {
  return metricsRoute(() =>
    metrics.render({
      inbox_conversations_active: { help: 'Conversations being worked on.', value: dispatcher.active },
      inbox_slack_connected: {
        help: 'Whether deliveries from Slack can arrive.',
        value: workspaces.all.every((workspace) => workspace.connected) ? 1 : 0,
      },
    }),
  )
}

/** The page at the end of a connect link. */
function connectSite(
  { scalekit, store, watch, workspaces, log }: Services,
  { url, clientId, clientSecret }: NonNullable<ServicesConfig['publicSite']>,
  apiUrl: string,
): Route[] {
  const redirectUri = `${url}${SIGNED_IN_PATH}`
  const flow = new ConnectFlow({
    states: store.connectStates,
    signIn: new SlackSignIn({ clientId, clientSecret, apiUrl, redirectUri, log }),
    isPerson: (visitor, person) => isVisitor(visitor, person, workspaces.of(person.team).identity),
    verify: (authRequestId, person) => verifyConsent(scalekit, authRequestId, person),
    onConnected: (person) => watch.check(person.id),
    onConsented: (person) => watch.markLinkSpent(person.id),
    onFailed: (person) => {
      watch.renew(person.id).catch((error: unknown) => {
        log.warn({ person: person.id, ...describeError(error) }, 'a spent link could not be replaced yet')
      })
    },
    onForeign: (person) => {
      const telling = workspaces.of(person.team).tell(person, FOLLOWED_BY_SOMEBODY_ELSE)
      telling.catch((error: unknown) => {
        log.error(
          { person: person.id, ...describeError(error) },
          'nobody could be told that somebody else followed their link',
        )
      })
    },
    log,
  })
  return connectRoutes(flow, url.startsWith('https:'), log)
}

function statusWebhook({ scalekit, store, watch, mailboxes, log }: Services, secret: string): Route {
  return webhookRoute({
    isSigned: (headers, body) => scalekit.isSigned(secret, headers, body),
    async onStatus(identifier, status) {
      const person = await store.people.ownerOf(identifier)
      if (person === null) return
      if (status !== 'ACTIVE') mailboxes.forget(person)
      watch.check(person.id)
    },
    log,
  })
}

import { WebAPIPlatformError, type WebClient } from '@slack/web-api'

/** One call of the agent surface, as Slack would get it. */
export interface Call {
  readonly method: string
  readonly body: Record<string, unknown>
}

type Answer = Record<string, unknown> | Error

/** A web client of which only the agent surface answers: by default that all is well. */
export class FakeWeb {
  readonly calls: Call[] = []
  /** What is answered, call by call; after the last, that all is well. */
  readonly answers: (Answer | Promise<Answer>)[] = []

  readonly #call = (method: string) => async (body: Record<string, unknown>) => {
    this.calls.push({ method, body })
    const answer = (await this.answers.shift()) ?? { ok: true }
    if (answer instanceof Error) throw answer
    return answer
  }

  /** As far as the code under test calls it. */
  get client(): WebClient {
    const client: unknown = {
      agents: { sessions: { setStatus: this.#call('agents.sessions.setStatus') } },
      assistant: {
        threads: {
          setStatus: this.#call('assistant.threads.setStatus'),
          setSuggestedPrompts: this.#call('assistant.threads.setSuggestedPrompts'),
        },
      },
      chat: { postEphemeral: this.#call('chat.postEphemeral') },
    }
    return client as WebClient
  }

  get statuses(): unknown[] {
    return this.calls.map(({ body }) => body.status)
  }
}

export function refusal(code: string): Error {
  return new WebAPIPlatformError({ ok: false, error: code })
}

/** An answer that comes when the test says so. */
export function held(): { readonly answer: Promise<Answer>; give(answer?: Answer): void } {
  let give: (answer: Answer) => void = () => undefined
  const answer = new Promise<Answer>((resolve) => {
    give = resolve
  })
  return { answer, give: (what = { ok: true }) => give(what) }
}

/**
 * The brain that is Claude itself, through the Messages API: for `--claude` only, since the mail that the tools read then leaves
 * the machine.
 */
import Anthropic from '@anthropic-ai/sdk'
import type { AgentBrain, BrainTool, BrainTurn, HistoryItem, MessageWriter, ToolOutcome } from './session/brain.js'

const MAX_TOKENS = 16_000

export interface ClaudeOptions {
  readonly apiKey: string
  /** Replaces the model of the agent. */
  readonly model?: string
  /** Where the Messages API is; the vendor's own by default, even where `ANTHROPIC_BASE_URL` points at this sandbox. */
  readonly baseURL?: string
}

type Message = Anthropic.MessageParam

export function claudeBrain(options: ClaudeOptions): AgentBrain {
  const client = new Anthropic({ apiKey: options.apiKey, baseURL: options.baseURL ?? 'https://api.anthropic.com' })
  return {
    async respond(turn) {
      const messages = turn.history.flatMap(messagesOf)
      for (;;) {
        const answer = await write(client, turn, options.model ?? turn.model, messages)
        const calls = answer.content.filter((block) => block.type === 'tool_use')
        if (answer.stop_reason === 'refusal') throw new Error('The model declined to answer')
        if (calls.length === 0) return
        messages.push({ role: 'assistant', content: answer.content })
        const outcomes = await turn.callTools(calls.map((call) => ({ name: call.name, input: inputOf(call.input) })))
        messages.push({ role: 'user', content: calls.map((call, index) => resultOf(call.id, outcomes[index])) })
      }
    },
  }
}

/** One request: each text block becomes a message of the session while it is written. */
async function write(
  client: Anthropic,
  turn: BrainTurn,
  model: string,
  messages: readonly Message[],
): Promise<Anthropic.Message> {
  const stream = client.messages.stream(
    {
      model,
      max_tokens: MAX_TOKENS,
      ...(turn.system === '' ? {} : { system: turn.system }),
      ...(turn.tools.length === 0 ? {} : { tools: turn.tools.map(toolOf) }),
      messages: [...messages],
    },
    { signal: turn.signal },
  )
  let message: MessageWriter | undefined
  for await (const event of stream) {
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
      message ??= turn.startMessage()
      await message.write(event.delta.text)
    } else if (event.type === 'content_block_stop') {
      await message?.end()
      message = undefined
    }
  }
  return stream.finalMessage()
}

function toolOf(tool: BrainTool): Anthropic.Tool {
  return { name: tool.name, description: tool.description, input_schema: { ...tool.inputSchema, type: 'object' } }
}

/** What was said in earlier turns. The ids only tie a result to its call, so any will do. */
function messagesOf(item: HistoryItem, index: number): Message[] {
  switch (item.type) {
    case 'user':
      return [{ role: 'user', content: item.texts.join('\n\n') || '(no text)' }]
    case 'agent':
      return [{ role: 'assistant', content: item.text }]
    case 'tool': {
      const id = `toolu_${index}`
      return [
        { role: 'assistant', content: [{ type: 'tool_use', id, name: item.call.name, input: item.call.input }] },
        { role: 'user', content: [resultOf(id, item.outcome)] },
      ]
    }
  }
}

function resultOf(id: string, outcome: ToolOutcome | undefined): Anthropic.ToolResultBlockParam {
  if (outcome === undefined) throw new Error('A tool call has no outcome')
  if (outcome.status !== 'denied') {
    return { type: 'tool_result', tool_use_id: id, content: outcome.text, is_error: outcome.status === 'error' }
  }
  const reason = outcome.message === undefined ? '' : ` They said: ${outcome.message}`
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: `The person did not allow this call.${reason}`,
    is_error: true,
  }
}

function inputOf(input: unknown): Record<string, unknown> {
  return typeof input === 'object' && input !== null ? { ...input } : {}
}

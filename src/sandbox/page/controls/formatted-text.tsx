import type { ComponentChildren } from 'preact'
import { memo } from 'preact/compat'
import { useDirectory, useViewer } from '../state/context.js'
import { momentLabel } from '../state/timeline.js'
import { displayName } from '../state/typed-text.js'
import { parseMarkdown } from '../text/markdown.js'
import { parseMrkdwn, parsePlainInline } from '../text/mrkdwn.js'
import type { Block, Inline, ListItem } from '../text/tree.js'

/** Trees of text as elements. There is no HTML anywhere on the way, so what an app or a mail says stays text. */

/** Slack's mrkdwn, as in `text` and `mrkdwn` objects. */
export const Mrkdwn = memo(({ text }: { text: string }) => <Blocks blocks={parseMrkdwn(text)} />)

/** A `markdown` block's text. */
export const Markdown = memo(({ text }: { text: string }) => <Blocks blocks={parseMarkdown(text)} />)

/** A `plain_text` object. */
export function PlainText({ text }: { text: string }) {
  return (
    <span class="plain-text">
      <Inlines nodes={parsePlainInline(text)} />
    </span>
  )
}

function Moment({ node }: { node: Extract<Inline, { type: 'date' }> }) {
  const { state } = useViewer()
  return (
    <time dateTime={new Date(node.seconds * 1000).toISOString()}>{momentLabel(node, state.viewer.tz, Date.now())}</time>
  )
}

export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div class="rich">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  )
}

function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case 'paragraph':
      return (
        <div class="rich-paragraph">
          <Inlines nodes={block.children} />
        </div>
      )
    case 'heading':
      return (
        <h4 class="rich-heading">
          <Inlines nodes={block.children} />
        </h4>
      )
    case 'list':
      return <ListView ordered={block.ordered} start={block.start} items={block.items} />
    case 'quote':
      return (
        <blockquote class="rich-quote">
          {block.children.map((child, index) => (
            <BlockView key={index} block={child} />
          ))}
        </blockquote>
      )
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable with the keyboard
        <pre class="rich-code" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      )
    case 'divider':
      return <hr class="rich-divider" />
    case 'table':
      return (
        <TextTable
          align={block.align}
          rows={[block.header, ...block.rows].map((row) =>
            row.map((cell, index) => <Inlines key={String(index)} nodes={cell} />),
          )}
        />
      )
  }
}

function ListView({ ordered, start, items }: { ordered: boolean; start: number; items: readonly ListItem[] }) {
  const children = items.map((item, index) => (
    <li key={index} class={item.checked === undefined ? undefined : 'rich-task'}>
      {item.checked === undefined ? null : (
        <input type="checkbox" checked={item.checked} disabled aria-label={item.checked ? 'Done' : 'Not done'} />
      )}
      {item.children.map((child, at) => (
        <BlockView key={at} block={child} />
      ))}
    </li>
  ))
  return ordered ? (
    <ol class="rich-list" start={start}>
      {children}
    </ol>
  ) : (
    <ul class="rich-list">{children}</ul>
  )
}

/** A table of cells; the first row is its head, as Slack shows it. */
export function TextTable({ rows, align }: { rows: readonly ComponentChildren[][]; align: readonly string[] }) {
  const [head, ...body] = rows
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable with the keyboard
    <div class="table-scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {head?.map((cell, column) => (
              <th key={column} class={`align-${align[column] ?? 'left'}`}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} class={`align-${align[column] ?? 'left'}`}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Inlines({ nodes }: { nodes: readonly Inline[] }) {
  return (
    <>
      {nodes.map((node, index) => (
        <InlineView key={index} node={node} />
      ))}
    </>
  )
}

function InlineView({ node }: { node: Inline }) {
  switch (node.type) {
    case 'text':
      return <WithEmoji text={node.text} />
    case 'bold':
      return (
        <b>
          <Inlines nodes={node.children} />
        </b>
      )
    case 'italic':
      return (
        <i>
          <Inlines nodes={node.children} />
        </i>
      )
    case 'strike':
      return (
        <s>
          <Inlines nodes={node.children} />
        </s>
      )
    case 'code':
      return <code class="inline-code">{node.text}</code>
    case 'link':
      return (
        <a class="link" href={node.url} target="_blank" rel="noopener noreferrer">
          <Inlines nodes={node.children} />
        </a>
      )
    case 'user':
      return <UserMention id={node.id} />
    case 'channel':
      return <ChannelMention id={node.id} label={node.label} />
    case 'broadcast':
      return <span class="mention mention-me">@{node.range}</span>
    case 'date':
      return <Moment node={node} />
    case 'usergroup':
      return <span class="mention">{node.label ?? `@${node.id}`}</span>
    case 'emoji':
      return (
        <span class="emoji" role="img" aria-label={`${node.name} emoji`} title={`:${node.name}:`}>
          {node.character}
        </span>
      )
    case 'break':
      return <br />
    case 'gap':
      return <span class="rich-gap" />
  }
}

/** An emoji character, with the joiners and variants that belong to it. */
const EMOJI =
  /((?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)(?:\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic}\uFE0F?)*)/u

/** Emoji characters in a text, at the size that Slack gives them. */
function WithEmoji({ text }: { text: string }) {
  return (
    <>
      {text.split(EMOJI).map((part, index) =>
        index % 2 === 1 ? (
          <span key={String(index)} class="emoji">
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </>
  )
}

function UserMention({ id }: { id: string }) {
  const { viewer, people } = useDirectory()
  const person = people.get(id)
  return <span class={`mention ${id === viewer.id ? 'mention-me' : ''}`}>@{person ? displayName(person) : id}</span>
}

function ChannelMention({ id, label }: { id: string; label: string | undefined }) {
  const { channels, openChannel } = useDirectory()
  const name = channels.get(id)
  if (name === undefined) return <span class="mention">#{label ?? id}</span>
  return (
    <button type="button" class="mention mention-button" onClick={() => openChannel(id)}>
      #{name}
    </button>
  )
}

import type {
  ActionsBlock,
  CardBlock,
  ContainerBlock,
  ContextBlock,
  ImageBlock,
  ImageElement,
  InputBlock,
  KnownBlock,
  PlanBlock,
  RichTextBlock,
  SectionBlock,
  TableBlock,
  TaskCardBlock,
} from '@slack/types'
import { Component, type ComponentChildren } from 'preact'
import { Markdown, Mrkdwn, PlainText, Blocks as RichBlocks, TextTable } from '../controls/formatted-text.js'
import { ImageIcon } from '../controls/icons.js'
import { parseRichText } from '../text/rich-text.js'
import { Text } from './block-kit-text.js'
import { Element } from './elements.js'
import { EntryElement, isEntry } from './entries.js'
import { useInteraction } from './interaction.js'

/** Block Kit as Slack's client lays it out. The server has checked the blocks; one that breaks all the same shows as such. */
export function BlockKit({ blocks }: { blocks: readonly unknown[] }) {
  return (
    <div class="blocks">
      {blocks.map((value, index) => {
        const block = value as KnownBlock
        return (
          <BlockBoundary key={block.block_id ?? `${block.type}-${index}`} type={block.type}>
            <BlockView block={block} />
          </BlockBoundary>
        )
      })}
    </div>
  )
}

function BlockView({ block }: { block: KnownBlock }) {
  switch (block.type) {
    case 'section':
      return <Section block={block} />
    case 'header':
      return (
        <h3 class="block block-header">
          <PlainText text={block.text.text} />
        </h3>
      )
    case 'divider':
      return <hr class="block block-divider" />
    case 'context':
      return <Context block={block} />
    case 'actions':
    case 'context_actions':
      return <Actions block={block} />
    case 'markdown':
      return (
        <div class="block">
          <Markdown text={block.text} />
        </div>
      )
    case 'rich_text':
      return (
        <div class="block">
          <RichText block={block} />
        </div>
      )
    case 'image':
      return <Image block={block} />
    case 'table':
    case 'data_table':
      return <Table rows={block.rows} settings={block.type === 'table' ? block.column_settings : undefined} />
    case 'input':
      return <Input block={block} />
    case 'alert':
      return (
        <div class={`block block-alert block-alert-${block.level ?? 'default'}`} role="note">
          <Text text={block.text} />
        </div>
      )
    case 'task_card':
      return <TaskCard task={block} />
    case 'plan':
      return <Plan block={block} />
    case 'card':
      return <Card block={block} />
    case 'carousel':
      return (
        <div class="block block-carousel">
          {block.elements.map((card, index) => (
            <Card key={index} block={card} />
          ))}
        </div>
      )
    case 'container':
      return <Container block={block} />
    case 'video':
      return <Placeholder label="Video" title={block.title.text} url={block.title_url ?? block.video_url} />
    case 'file':
      return <Placeholder label="Remote file" title={block.external_id} />
    default:
      return <Unknown block={block} />
  }
}

function Section({ block }: { block: SectionBlock }) {
  const { text, fields, accessory } = block
  return (
    <div class="block block-section">
      <div class="block-section-main">
        {text ? <Text text={text} /> : null}
        {fields ? (
          <div class="block-fields">
            {fields.map((field, index) => (
              <div key={index}>
                <Text text={field} />
              </div>
            ))}
          </div>
        ) : null}
      </div>
      {accessory ? (
        <div class="block-accessory">
          {accessory.type === 'image' ? (
            <ImagePlaceholder image={accessory} size="accessory" />
          ) : isEntry(accessory) ? (
            <EntryElement element={accessory} blockId={block.block_id ?? ''} label={text?.text ?? ''} />
          ) : (
            <Element element={accessory} blockId={block.block_id ?? ''} />
          )}
        </div>
      ) : null}
    </div>
  )
}

function Context({ block }: { block: ContextBlock }) {
  return (
    <div class="block block-context">
      {block.elements.map((element, index) =>
        element.type === 'image' ? (
          <ImagePlaceholder key={index} image={element} size="context" />
        ) : (
          <span key={index} class="block-context-text">
            <Text text={element} />
          </span>
        ),
      )}
    </div>
  )
}

function Actions({ block }: { block: ActionsBlock | Extract<KnownBlock, { type: 'context_actions' }> }) {
  const blockId = block.block_id ?? ''
  return (
    <div class="block block-actions">
      {block.elements.map((element, index) =>
        isEntry(element) ? (
          <EntryElement key={element.action_id ?? index} element={element} blockId={blockId} label="" />
        ) : (
          <Element key={element.action_id ?? index} element={element} blockId={blockId} />
        ),
      )}
    </div>
  )
}

function Input({ block }: { block: InputBlock }) {
  const { problem } = useInteraction()
  const id = `input-${block.block_id}`
  const wrong = problem?.(block.block_id ?? '')
  return (
    <div class="block block-input">
      <label class="block-label" for={id}>
        <PlainText text={block.label.text} />
        {block.optional ? <span class="block-optional"> (optional)</span> : null}
      </label>
      <EntryElement
        id={id}
        element={block.element}
        blockId={block.block_id ?? ''}
        label={block.label.text}
        isRequired={!block.optional}
        dispatches={block.dispatch_action === true}
      />
      {wrong === undefined ? null : (
        <div class="block-problem" role="alert">
          {wrong}
        </div>
      )}
      {block.hint ? (
        <div class="block-hint">
          <PlainText text={block.hint.text} />
        </div>
      ) : null}
    </div>
  )
}

function RichText({ block }: { block: RichTextBlock }) {
  return <RichBlocks blocks={parseRichText(block)} />
}

/** Images are never fetched: their addresses come from an app, and fetching one would tell its server who looks. */
function Image({ block }: { block: ImageBlock }) {
  return (
    <div class="block block-image">
      {block.title ? (
        <div class="block-image-title">
          <PlainText text={block.title.text} />
        </div>
      ) : null}
      <ImagePlaceholder image={block} size="block" />
    </div>
  )
}

function ImagePlaceholder({
  image,
  size,
}: {
  image: ImageElement | ImageBlock
  size: 'block' | 'accessory' | 'context'
}) {
  return (
    <span class={`image-placeholder image-${size}`} role="img" aria-label={image.alt_text} title={image.alt_text}>
      <ImageIcon />
      {size === 'block' ? <span>{image.alt_text}</span> : null}
    </span>
  )
}

function Table({ rows, settings }: { rows: TableBlock['rows']; settings: TableBlock['column_settings'] }) {
  return (
    <div class="block">
      <TextTable
        align={(settings ?? []).map((column) => column.align ?? 'left')}
        rows={rows.map((row) =>
          row.map((cell, index) =>
            cell.type === 'rich_text' ? (
              <RichText key={String(index)} block={cell} />
            ) : (
              <span key={String(index)}>{cell.text}</span>
            ),
          ),
        )}
      />
    </div>
  )
}

const TASK_WORDS = { pending: 'Pending', in_progress: 'In progress', complete: 'Complete', error: 'Error' } as const

function TaskCard({ task }: { task: TaskCardBlock }) {
  return (
    <details class="block block-task">
      <summary>
        <span class={`task-status task-${task.status}`} role="img" aria-label={TASK_WORDS[task.status]} />
        {task.title}
      </summary>
      {task.details ? <RichText block={task.details} /> : null}
      {task.output ? <RichText block={task.output} /> : null}
      {task.sources?.map((source) => (
        <Mrkdwn key={source.url} text={`<${source.url}|${source.text}>`} />
      ))}
    </details>
  )
}

function Plan({ block }: { block: PlanBlock }) {
  return (
    <div class="block block-plan">
      <b>{block.title}</b>
      {block.tasks?.map((task, index) => (
        <TaskCard key={index} task={task as TaskCardBlock} />
      ))}
    </div>
  )
}

function Card({ block }: { block: CardBlock }) {
  return (
    <div class="block block-card">
      {block.hero_image ? <ImagePlaceholder image={block.hero_image} size="block" /> : null}
      {block.title ? (
        <b>
          <Text text={block.title} />
        </b>
      ) : null}
      {block.subtitle ? (
        <div class="block-hint">
          <Text text={block.subtitle} />
        </div>
      ) : null}
      {block.body ? <Text text={block.body} /> : null}
      {block.actions ? (
        <Actions block={{ type: 'actions', block_id: block.block_id ?? '', elements: block.actions }} />
      ) : null}
    </div>
  )
}

function Container({ block }: { block: ContainerBlock }) {
  const title = block.rich_text_title ? (
    <RichText block={block.rich_text_title} />
  ) : (
    <b>
      <PlainText text={block.title?.text ?? ''} />
    </b>
  )
  const body = <BlockKit blocks={block.child_blocks} />
  if (!block.is_collapsible)
    return (
      <div class="block block-card">
        {title}
        {block.subtitle ? <Text text={block.subtitle} /> : null}
        {body}
      </div>
    )
  return (
    <details class="block block-card" open={block.default_collapsed !== true}>
      <summary>{title}</summary>
      {body}
    </details>
  )
}

/** What this page does not play or fetch, named so that nobody wonders what is missing. */
function Placeholder({ label, title, url }: { label: string; title: string; url?: string }) {
  return (
    <div class="block block-placeholder">
      <span class="block-placeholder-label">{label}</span>
      {url === undefined ? title : <Mrkdwn text={`<${url}|${title.replace(/[<>|]/g, ' ')}>`} />}
    </div>
  )
}

function Unknown({ block }: { block: { type: string } }) {
  return <Placeholder label="Block" title={`This page cannot show a block of type ${block.type}.`} />
}

/** Keeps one bad block from taking the whole page with it. */
class BlockBoundary extends Component<{ type: string; children: ComponentChildren }, { isBroken: boolean }> {
  override state = { isBroken: false }

  static override getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true }
  }

  override render() {
    return this.state.isBroken ? <Unknown block={{ type: this.props.type }} /> : this.props.children
  }
}

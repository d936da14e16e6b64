import type {
  ActionsBlock,
  CardBlock,
  ContainerBlock,
  ContextBlock,
  InputBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'
import { Component, type ComponentChildren } from 'preact'
import { Markdown, PlainText } from '../controls/formatted-text.js'
import { Text } from './block-kit-text.js'
import { Image, ImagePlaceholder, Placeholder, Plan, RichText, Table, TaskCard, Unknown } from './content-blocks.js'
import { Element } from './elements.js'
import { EntryElement } from './entries.js'
import { isEntry } from './entry-element.js'
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

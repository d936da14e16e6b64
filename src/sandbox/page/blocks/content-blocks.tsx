/** Blocks that only show something: nothing in them can be pressed, and none holds other blocks. */
import type { ImageBlock, ImageElement, PlanBlock, RichTextBlock, TableBlock, TaskCardBlock } from '@slack/types'
import { Mrkdwn, PlainText, Blocks as RichBlocks, TextTable } from '../controls/formatted-text.js'
import { ImageIcon } from '../controls/icons.js'
import { parseRichText } from '../text/rich-text.js'

export function RichText({ block }: { block: RichTextBlock }) {
  return <RichBlocks blocks={parseRichText(block)} />
}

/** Images are never fetched: their addresses come from an app, and fetching one would tell its server who looks. */
export function Image({ block }: { block: ImageBlock }) {
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

export function ImagePlaceholder({
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

export function Table({ rows, settings }: { rows: TableBlock['rows']; settings: TableBlock['column_settings'] }) {
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

export function TaskCard({ task }: { task: TaskCardBlock }) {
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

export function Plan({ block }: { block: PlanBlock }) {
  return (
    <div class="block block-plan">
      <b>{block.title}</b>
      {block.tasks?.map((task, index) => (
        <TaskCard key={index} task={task as TaskCardBlock} />
      ))}
    </div>
  )
}

/** What this page does not play or fetch, named so that nobody wonders what is missing. */
export function Placeholder({ label, title, url }: { label: string; title: string; url?: string }) {
  return (
    <div class="block block-placeholder">
      <span class="block-placeholder-label">{label}</span>
      {url === undefined ? title : <Mrkdwn text={`<${url}|${title.replace(/[<>|]/g, ' ')}>`} />}
    </div>
  )
}

export function Unknown({ block }: { block: { type: string } }) {
  return <Placeholder label="Block" title={`This page cannot show a block of type ${block.type}.`} />
}

/** Links as parts of a text: what of them is shown, and what is left of one that may not be a link. */
import { resolveEmphasis } from './emphasis.js'
import { linkTarget, shownDestination, shownUrl } from './links.js'
import { type Inline, visible } from './nodes.js'

/** A bare address as a link; one that shows another host than it means says where it leads. Undefined where it is no address. */
export function bareLink(url: string): Inline | undefined {
  const target = linkTarget(url)
  if (target === undefined) return undefined
  return { kind: 'link', target, label: [{ kind: 'text', value: shownUrl(url) }], image: false }
}

/** A link with a label, or the label and the target as text where the target may not be a link. */
export function link(raw: string, label: Inline[], image: boolean): Inline[] {
  const target = linkTarget(raw)
  if (target === undefined) {
    const shown: Inline[] = raw === '' ? [] : [{ kind: 'text', value: ` (${raw})` }]
    return [...label, ...shown]
  }
  resolveEmphasis(label, 'complete')
  const inside = label.flatMap((node): Inline[] => (node.kind === 'link' ? node.label : [node]))
  const named = visible(inside).trim() === '' ? [{ kind: 'text' as const, value: shownDestination(target) }] : inside
  return [{ kind: 'link', target, label: named, image }]
}

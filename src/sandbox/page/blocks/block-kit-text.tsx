import type { TextObject } from '@slack/types'
import { Mrkdwn, PlainText } from '../controls/formatted-text.js'

/** A text object of either kind. */
export function Text({ text }: { text: TextObject }) {
  return text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : <PlainText text={text.text} />
}

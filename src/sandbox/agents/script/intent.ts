/** What a person can ask the script for. */

/** Which mails a request is about, as far as the words tell; `finding.ts` looks them up. */
export interface Target {
  /** "the second one" → [2]; -1 is the last of the list shown. */
  readonly ordinals: readonly number[]
  /** "it", "that mail", "her": the mail spoken of last. */
  readonly pronoun: boolean
  /** "them", "all of these": the whole list shown; with a filter, all that it finds. */
  readonly plural: boolean
  /** "the latest": the newest of what is found. */
  readonly latest: boolean
  /** A search; undefined where the words above tell everything. */
  readonly filter: Filter | undefined
}

export type Period = 'today' | 'yesterday' | 'week' | 'month'

export interface Filter {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly about?: string | undefined
  readonly unread?: boolean
  readonly starred?: boolean
  readonly important?: boolean
  readonly attachment?: boolean
  readonly newsletters?: boolean
  readonly noNewsletters?: boolean
  readonly sent?: boolean
  readonly trash?: boolean
  readonly label?: string | undefined
  readonly period?: Period | undefined
  readonly limit?: number | undefined
}

export type Change =
  | {
      readonly type:
        | 'archive'
        | 'unarchive'
        | 'star'
        | 'unstar'
        | 'read'
        | 'unread'
        | 'important'
        | 'trash'
        | 'untrash'
        | 'spam'
    }
  | { readonly type: 'label' | 'unlabel'; readonly label: string }

export type Intent =
  | {
      readonly type:
        | 'greeting'
        | 'thanks'
        | 'help'
        | 'whose'
        | 'labels'
        | 'drafts'
        | 'money'
        | 'waiting'
        | 'calendar'
        | 'connection'
        | 'undo'
        | 'discard draft'
        | 'report'
        | 'yes'
        | 'no'
        | 'more'
        | 'translation'
    }
  | { readonly type: 'send draft'; readonly sendAt?: string | undefined }
  | { readonly type: 'emoji'; readonly emoji: string }
  | { readonly type: 'list'; readonly filter: Filter; readonly counting: boolean }
  | { readonly type: 'open'; readonly target: Target /** All of it, verbatim. */; readonly whole: boolean }
  | { readonly type: 'attachment' | 'safety'; readonly target: Target }
  | { readonly type: 'summarize'; readonly target: Target }
  | { readonly type: 'who'; readonly person: string }
  | { readonly type: 'question'; readonly about: string }
  | { readonly type: 'said'; readonly person: string; readonly topic: string | undefined }
  | {
      readonly type: 'reply'
      readonly target: Target
      readonly text: string | undefined
      readonly draft: boolean
      readonly all: boolean
      /** When it is to leave, in the person's words. */
      readonly sendAt?: string | undefined
    }
  | {
      readonly type: 'write'
      readonly to: string
      readonly about: string | undefined
      readonly text: string | undefined
      readonly draft: boolean
      readonly sendAt?: string | undefined
    }
  | {
      readonly type: 'forward'
      readonly target: Target
      readonly to: string
      readonly text: string | undefined
      readonly sendAt?: string | undefined
    }
  | { readonly type: 'change'; readonly change: Change; readonly target: Target }
  | { readonly type: 'unknown'; readonly words: string }

export const NOTHING_NAMED: Target = { ordinals: [], pronoun: false, plural: false, latest: false, filter: undefined }

export function isEmptyTarget(target: Target): boolean {
  return (
    target.ordinals.length === 0 && !target.pronoun && !target.plural && !target.latest && target.filter === undefined
  )
}

/** What Slack's client says for the errors a person can meet, by the code the server answers with. */

const WORDS: Readonly<Record<string, string>> = {
  not_reachable: 'Slack can’t be reached right now. Is the sandbox still running?',
  msg_too_long: 'That message is too long. Try making it shorter, or split it into several messages.',
  no_text: 'A message needs some text.',
  cant_update_message: 'You can only edit your own messages.',
  edit_window_closed: 'This message can no longer be edited.',
  cant_delete_message: 'You can only delete your own messages.',
  message_not_found: 'That message is no longer there.',
  thread_not_found: 'That thread is no longer there.',
  channel_not_found: 'You can’t post here: the conversation was not found.',
  not_in_channel: 'You’re not a member of this channel.',
  is_archived: 'This channel is archived.',
  unknown_command: 'That is not a valid command.',
  operation_timeout: 'This app is not responding. Try again in a moment.',
  element_not_found: 'That button is no longer there.',
  view_not_found: 'That is no longer open.',
  required: 'Please complete this required field.',
  account_inactive: 'This account has been deactivated.',
}

/** A failed slash command: "/inbox failed with the error "dispatch_failed"", which is what Slack says. */
export function commandErrorWords(command: string, error: string): string {
  return WORDS[error] ?? `${command} failed with the error “${error}”`
}

/** A press whose app did not acknowledge in time, or refused. Slack shows a warning sign and this text. */
export function pressErrorWords(error: string): string {
  return (
    WORDS[error] ??
    `This app responded with an error (${error}). Try again, or contact its maker if it keeps happening.`
  )
}

/** Everything else a person does: posting, editing, deleting. */
export function actErrorWords(error: string): string {
  return WORDS[error] ?? `Slack refused that (${error}).`
}

/** A submitted modal that the app did not accept. */
export function modalErrorWords(error: string): string {
  return WORDS[error] ?? 'We had some trouble connecting. Try again?'
}

/** What Slackbot says about a command in a thread. */
export function commandInThreadWords(command: string): string {
  return `${command} is not supported in threads. Sorry!`
}

/** What Slackbot says about a command that no app has. */
export function unknownCommandWords(command: string): string {
  return `${command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands. If you are trying to send a message and not run a command, try preceding the “/” with an empty space.`
}

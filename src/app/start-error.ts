/** A start that cannot go on; the message is a sentence for the person who runs the bot. */
export class StartError extends Error {}

import type { Log } from '../../src/log.js'

/** Keeps what would have been logged: level, fields and message. */
export class SilentLog implements Log {
  readonly lines: { readonly level: string; readonly fields: unknown; readonly message: unknown }[] = []
  level = 'silent'

  readonly debug = this.#at('debug')
  readonly info = this.#at('info')
  readonly warn = this.#at('warn')
  readonly error = this.#at('error')
  readonly fatal = this.#at('fatal')

  #at(level: string) {
    return (fields: unknown, message?: unknown) => {
      this.lines.push({ level, fields, message: message ?? fields })
    }
  }
}

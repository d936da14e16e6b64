/** Counts for whoever watches the bot, in Prometheus' text format. */

export class Metrics {
  readonly #endings = new Map<string, number>()
  readonly #feedback = { good: 0, bad: 0 }
  readonly #refusals = new Map<string, number>()

  /** What owners think of answers; somebody who changes their mind counts for both. */
  feedbackGiven(feedback: 'good' | 'bad'): void {
    this.#feedback[feedback] += 1
  }

  turnEnded(ending: string): void {
    this.#endings.set(ending, (this.#endings.get(ending) ?? 0) + 1)
  }

  /** A request in HTTP mode that Slack did not sign. */
  requestRefused(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
  }

  /** @param gauges values of this moment, by metric name */
  render(gauges: Readonly<Record<string, { readonly help: string; readonly value: number }>>): string {
    const lines: string[] = [
      '# HELP inbox_turns_ended_total Turns that ended, by how.',
      '# TYPE inbox_turns_ended_total counter',
    ]
    for (const [ending, count] of this.#endings) lines.push(`inbox_turns_ended_total{ending="${ending}"} ${count}`)
    lines.push(
      '# HELP inbox_feedback_total What owners said of answers, by their press.',
      '# TYPE inbox_feedback_total counter',
    )
    for (const [value, count] of Object.entries(this.#feedback))
      lines.push(`inbox_feedback_total{value="${value}"} ${count}`)
    lines.push(
      '# HELP inbox_slack_requests_refused_total Requests in HTTP mode that were not signed by Slack, by what was wrong.',
      '# TYPE inbox_slack_requests_refused_total counter',
    )
    for (const [reason, count] of this.#refusals)
      lines.push(`inbox_slack_requests_refused_total{reason="${reason}"} ${count}`)
    for (const [name, { help, value }] of Object.entries(gauges)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`)
    }
    return `${lines.join('\n')}\n`
  }
}

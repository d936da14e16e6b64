import { expect, it } from 'vitest'
import { Metrics } from '../../src/web/metrics.js'

it('what owners think of answers is counted by what they pressed, from zero on', () => {
  const metrics = new Metrics()
  const counts = () =>
    metrics
      .render({})
      .split('\n')
      .filter((line) => line.startsWith('inbox_feedback_total'))
  expect(counts()).toEqual(['inbox_feedback_total{value="good"} 0', 'inbox_feedback_total{value="bad"} 0'])
  metrics.feedbackGiven('bad')
  metrics.feedbackGiven('bad')
  metrics.feedbackGiven('good')
  expect(counts()).toEqual(['inbox_feedback_total{value="good"} 1', 'inbox_feedback_total{value="bad"} 2'])
})

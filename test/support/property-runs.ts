/**
 * How many cases a property is tried with. `npm run test:unit` sets `PROPERTY_SHARE` to try a part of them, so that it is quick; their seeds differ
 * each time. `npm test` tries all.
 */
export function propertyRuns(whole: number): number {
  return Math.ceil(whole * Number(process.env.PROPERTY_SHARE ?? 1))
}

/**
 * How many typing errors lie between two words: a letter too many, too few, a wrong one, or two neighbours in the wrong order (optimal string
 * alignment). Pure.
 */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [[...b, ''].map((_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j += 1) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + wrong, swapped))
    }
  }
  return at(a.length, b.length)
}

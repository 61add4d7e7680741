/**
 * Returns the value that `share` (above 0, at most 1) of the values do not exceed, by the nearest rank: always one of the
 * values. Not a number for no values. `sorted`: in rising order.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  // A share such as 0.07 of 100 is 7.000000000000001 in binary and must not take the next rank.
  const rank = Math.max(1, Math.ceil(share * sorted.length - 1e-9));
  return sorted[rank - 1] ?? Number.NaN;
}

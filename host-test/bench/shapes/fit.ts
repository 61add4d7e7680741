/**
 * Returns the exponent with which `cost` grows with `amount`: the slope of the straight line through the logarithms, by least
 * squares. 1 is linear, 2 quadratic. Both lists have the same length, at least two different amounts, and positive values.
 */
export function growthExponent(amounts: number[], costs: number[]): number {
  const x = amounts.map(Math.log);
  const y = costs.map(Math.log);
  const middleX = mean(x);
  const middleY = mean(y);
  const product = x.reduce((sum, value, i) => sum + (value - middleX) * ((y[i] ?? 0) - middleY), 0);
  const square = x.reduce((sum, value) => sum + (value - middleX) ** 2, 0);
  return product / square;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

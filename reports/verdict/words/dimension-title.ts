/** The readiness dimensions D1–D12. */
const titles: Readonly<Record<string, string>> = {
  D1: 'Chip fitness',
  D2: 'Numerical precision',
  D3: 'Device memory',
  D4: 'Host and intra-node links',
  D5: 'Inter-node fabric',
  D6: 'Storage',
  D7: 'Power',
  D8: 'Cooling',
  D9: 'Stability',
  D10: 'Software stack',
  D11: 'Operations',
  D12: 'Security and tenancy',
};

export const dimensionTitle = (dimension: string): string => titles[dimension] ?? 'Other';

/** D2 before D10; unknown names last, by name. */
export function compareDimensions(left: string, right: string): number {
  return order(left) - order(right) || (left < right ? -1 : left > right ? 1 : 0);
}

function order(dimension: string): number {
  const place = Object.keys(titles).indexOf(dimension);
  return place === -1 ? Number.MAX_SAFE_INTEGER : place;
}

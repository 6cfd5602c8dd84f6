import type { Inventory } from '../config/inventory.ts';

/** At most a tenth of a power domain may begin heavy load … */
const shareAtOnce = 0.1;
/** … in this time: generators and UPS dislike steps in both directions. */
const stepMs = 5_000;

/** Spreads the beginnings of heavy load over a power domain; nodes of no domain begin at once. */
export function createPowerRamp(
  { powerDomains = [] }: Pick<Inventory, 'powerDomains'>,
  pause: (ms: number) => Promise<void>,
): (node: string) => Promise<void> {
  const begun = new Map<string, number>();
  return async (node) => {
    const domain = powerDomains.find(({ nodes }) => nodes.includes(node));
    if (domain === undefined) return;
    const place = begun.get(domain.id) ?? 0;
    begun.set(domain.id, place + 1);
    const atOnce = Math.max(1, Math.floor(domain.nodes.length * shareAtOnce));
    await pause(Math.floor(place / atOnce) * stepMs);
  };
}

import { AssayError } from '../../workloads/kit/assay-error.ts';

/** A window that ends later than this is tomorrow's. */
const mostMs = 18 * 3600 * 1000;

/**
 * The next time after `now` at which a clock in `zone` shows `HH:MM`. Where a clock that is set forward never shows it, the moment at
 * which it would. Throws USAGE for anything else, and when tonight's is over.
 */
export function readWindow(text: string, now: Date, zone: string): Date {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text.trim()) ?? [];
  if (hours === '')
    throw new AssayError(
      'USAGE',
      `expected --until to be a time such as 05:30, got \`${text.slice(0, 40)}\``,
      {
        hint: `It is a time of the site: ${zone}.`,
      },
    );
  const today = wallClock(now, zone);
  const wanted = Math.floor(today / dayMs) * dayMs + Number(hours) * 3_600_000 + Number(minutes) * 60_000;
  const [next] = [wanted, wanted + dayMs]
    .map((wall) => instantOf(wall, zone))
    .filter((instant) => instant > now.getTime());
  if (next !== undefined && next - now.getTime() <= mostMs) return new Date(next);
  throw new AssayError(
    'USAGE',
    `expected --until ${text.trim()} within 18 h, found tonight’s to be over (${zone})`,
    { hint: 'Start earlier, or give a later time. Nothing was touched.' },
  );
}

const dayMs = 86_400_000;

/** What a clock in a zone shows, as if it were UTC. */
function wallClock(instant: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instant);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}

/** When a clock in a zone shows this; twice corrected, since the first guess may lie on the other side of a change. */
function instantOf(wall: number, zone: string): number {
  let instant = wall;
  for (let round = 0; round < 2; round += 1) instant = wall - (wallClock(new Date(instant), zone) - instant);
  return instant;
}

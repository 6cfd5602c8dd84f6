/** An ISO 8601 UTC time for a title line: `2026-11-23 08:10 UTC`. */
export function formatMoment(iso: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso) ?? [];
  return day === undefined || time === undefined ? iso : `${day} ${time} UTC`;
}

/** Whether a place of an index is a PostgreSQL database and no file. */
export const isPostgres = (place: string): boolean => /^postgres(ql)?:/.test(place);

/** What a place is called in messages: of a URL neither user nor password. */
export function placeName(place: string): string {
  if (!isPostgres(place)) return place;
  const url = URL.parse(place);
  return url === null ? 'a PostgreSQL database' : `postgresql://${url.host}${url.pathname}`;
}

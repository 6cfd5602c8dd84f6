/** A number of seconds: `90`, `10s`, `1h30m` (misc.c: convtime). */
export function readSeconds(text: string): number | undefined {
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi))
    seconds += Number(digits) * (unitSeconds[unit.toLowerCase()] ?? 1);
  return seconds <= largest ? seconds : undefined;
}

const largest = 2 ** 31 - 1;
const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A whole number (misc.c: atoi_err; strtonum takes white space and a sign before it). */
export function readWhole(text: string): number | undefined {
  const [, digits] = /^\s*\+?(\d+)$/.exec(text) ?? /^\s*-(0+)$/.exec(text) ?? [];
  const value = Number(digits);
  return digits !== undefined && value <= largest ? value : undefined;
}

/** Names of TCP services and their ports, as in /etc/services. */
export type Services = ReadonlyMap<string, number>;

/** A port, by its number or the name of its service (misc.c: a2port); 0 is none. */
export function readPort(text: string, services: Services): number | undefined {
  const number = readWhole(text);
  const port = number !== undefined && number <= 65_535 ? number : services.get(text);
  return port === 0 ? undefined : port;
}

/** Reads /etc/services. */
export function readServices(text: string): Services {
  const services = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name = '', port = '', ...others] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [, number] = /^(\d+)\/tcp$/.exec(port) ?? [];
    if (number !== undefined)
      for (const each of [name, ...others]) if (!services.has(each)) services.set(each, Number(number));
  }
  return services;
}

/** The name of a domain (misc.c: valid_domain). */
export const isDomain = (text: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text) && !text.includes('..');

/** What a host on the command line may be called (ssh.c: valid_hostname). */
export const isHostName = (text: string): boolean =>
  !text.startsWith('-') && !/['`"$\\;&<>|(){},\s\u0000-\u001f\u007f]/.test(text);

/** What a user on the command line may be called (ssh.c: valid_ruser). */
export const isUserName = (text: string): boolean =>
  !text.startsWith('-') && !/['`";&<>|(){}\u0000-\u001f\u007f]|\s-|\\$/.test(text);

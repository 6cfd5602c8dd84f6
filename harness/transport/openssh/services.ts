import { readFileSync } from 'node:fs';
import type { Services } from './values.ts';
import { readServices } from './values.ts';

let loaded: Services | undefined;

/** The services of this machine, read when a port is first asked for; none in a small container: numbers will do. */
export function loadServices(): Services {
  loaded ??= readServices(readOptional('/etc/services'));
  return loaded;
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) return '';
    throw cause;
  }
}

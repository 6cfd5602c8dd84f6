import { fileURLToPath } from 'node:url';

// In a checkout this file lies in harness/; in the built package everything is one file beside the copied data.
const root = import.meta.url.endsWith('/harness/resources.ts')
  ? new URL('..', import.meta.url)
  : new URL('.', import.meta.url);

/** Path of a data file or folder that ships with Assay (`harness/profiles`, `workloads`). */
export const resource = (path: string): string => fileURLToPath(new URL(path, root));

/** True when running from sources, where the agent bundle is built on the spot. */
export const isCheckout = import.meta.url.endsWith('.ts');

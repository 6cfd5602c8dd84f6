import * as z from 'zod';
import type { Evidence } from './evidence.ts';
import { valueOf } from './fact.ts';
import type { HostFacts } from './host-facts.ts';

/** The probe that tells of the site's tool pack; only where an inventory names one. */
export const toolpackId = 'tool pack';

/** What a pack says of itself, in its folder. */
export const toolpackDocument = 'toolpack.json';

/** What a pack says of one of its files; more may stand there. */
const File = z.object({ path: z.string(), version: z.string(), licence: z.string(), sha256: z.string() });
const Probed = z.object({
  folder: z.string().startsWith('/'),
  document: z.object({ name: z.string(), files: z.array(File) }),
});

/** The tool pack on a node, which was found whole before the agent was started. */
export function readToolpack(evidence: Evidence): HostFacts['toolpack'] {
  const found = evidence.json(toolpackId, Probed);
  if ('unknown' in found) return found;
  const { folder, document } = found.value;
  return { value: { folder, ...document } };
}

/** The folders of a node's tool pack that hold libraries, for a loader to look into; none without a pack. */
export function toolpackLibraries({ toolpack }: Pick<HostFacts, 'toolpack'>): readonly string[] {
  const { folder, files } = valueOf(toolpack) ?? { folder: '', files: [] };
  const libraries = files.map(({ path }) => path).filter((path) => /^lib\/.*\.so(\.|$)/.test(path));
  return [...new Set(libraries.map((path) => `${folder}/${path.slice(0, path.lastIndexOf('/'))}`))];
}

import { maxFileBytes } from './pack.ts';

const MiB = 1024 * 1024;

/**
 * The most bytes of each kind of file that a command reads whole. Honest ones are smaller by an order of magnitude at the
 * largest size that Assay is made for (a thousand nodes with a thousand steps each); more is not read, whoever made it.
 */
export const fileLimits = {
  /** Names some thirty inputs. */
  header: 1 * MiB,
  /** One line of a tenth of a kilobyte. */
  mark: 64 * 1024,
  /** A note of 25 bytes for each time that an operator stopped the run. */
  stops: 1 * MiB,
  /** A node with the claims of its class, or the parts that were delivered in it, takes up to 3 KiB. */
  nodes: 64 * MiB,
  /** What people wrote as a megabyte of YAML, as indented JSON. */
  rules: 16 * MiB,
  /** A step takes up to 400 bytes in the plan, and what was added to it once more. */
  plan: 512 * MiB - 1024,
  /** A thousand steps leave some 2 MiB; what a node announces is a line of up to one. */
  journal: 256 * MiB,
  /** A step's exit or output in a run from before there were packs: as in a pack. */
  output: maxFileBytes,
  /** Why a node was not reached. */
  reason: 1 * MiB,
  /** A verdict on 64 nodes, the head of one on more, or the sheet of one: V8 has no string that is much larger. */
  verdict: 256 * MiB,
} as const;

const kinds: readonly (readonly [RegExp, keyof typeof fileLimits])[] = [
  [/^run\.json$/, 'header'],
  [/^stops\.ndjson$/, 'stops'],
  [/^inputs\/(inventory|manifest)\.json$/, 'nodes'],
  [/^inputs\//, 'rules'],
  [/^(plan\.json|coordinator\.ndjson|decisions\.ndjson)$/, 'plan'],
  [/^nodes\/[^/]+\/journal\.ndjson$/, 'journal'],
  [/^nodes\/[^/]+\/unreached\.json$/, 'reason'],
];

/** The most bytes that a file of a run is read with, by its path there. */
export function limitOf(path: string): number {
  const [, kind = 'output'] = kinds.find(([pattern]) => pattern.test(path)) ?? [];
  return fileLimits[kind];
}

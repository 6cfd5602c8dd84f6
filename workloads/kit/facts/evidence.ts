import * as z from 'zod';
import { parseJson } from '../parse-json.ts';
import type { Fact } from './fact.ts';
import { known, unknown } from './fact.ts';
import type { ProbeDocument, ProbeOutput } from './probe-output.ts';
import type { Mount } from './read-mounts.ts';
import { readMounts } from './read-mounts.ts';
import { mapFact } from './read-number.ts';

const Tree = z.record(z.string(), z.union([z.string(), z.strictObject({ error: z.string() })]));

/** sysfs as the probe saw it: path to text, to a link's target, or to the error of reading it. */
export type Tree = z.infer<typeof Tree>;

/** A probe document by probe id, each text of which is parsed once. Every answer that is not there says why. */
export interface Evidence {
  readonly output: (id: string) => ProbeOutput | undefined;
  /** The text of a probe that was read, trimmed; an empty text is no answer. */
  readonly text: (id: string) => Fact<string>;
  readonly tree: (id: string) => Fact<Tree>;
  readonly json: <T extends z.ZodType>(id: string, schema: T) => Fact<z.infer<T>>;
  readonly mounts: () => Fact<readonly Mount[]>;
}

export function readEvidence(document: ProbeDocument): Evidence {
  const outputs = new Map(document.probes.map((probe) => [probe.id, probe]));
  const text = (id: string): Fact<string> => {
    const output = outputs.get(id);
    const trimmed = output?.status === 'read' ? output.text.trim() : '';
    return trimmed === '' ? unknown(whyUnread(id, output)) : known(trimmed);
  };
  const json: Evidence['json'] = (id, schema) => {
    const found = text(id);
    if ('unknown' in found) return found;
    const parsed = schema.safeParse(parseJson(found.value));
    return parsed.success ? known(parsed.data) : unknown(`${id}: not the expected JSON`);
  };
  const trees = new Map<string, Fact<Tree>>();
  const tree: Evidence['tree'] = (id) => {
    const found = trees.get(id) ?? json(id, Tree);
    trees.set(id, found);
    return found;
  };
  let mounts: ReturnType<Evidence['mounts']> | undefined;
  return {
    output: (id) => outputs.get(id),
    text,
    json,
    tree,
    mounts: () =>
      (mounts ??= mapFact(text('/proc/self/mountinfo'), (mountinfo) => known(readMounts(mountinfo)))),
  };
}

/** Why a probe gave no text, in words that an operator can act on. */
export function whyUnread(id: string, output: ProbeOutput | undefined): string {
  if (output === undefined) return `${id}: not probed`;
  const isFile = id.startsWith('/');
  switch (output.status) {
    case 'read':
      return `${id}: empty`;
    case 'absent':
      return isFile ? `${id} does not exist` : `\`${id.split(' ')[0] ?? id}\` is not on the PATH`;
    case 'denied':
      return isFile ? `needs root: ${id} is readable by root only` : `${id}: permission denied`;
    case 'timeout':
      return `${id}: no answer in time`;
    case 'failed':
      return `${id}: ${failure(output)}`;
  }
}

function failure(output: ProbeOutput): string {
  const lines = output.text.split('\n').map((line) => line.trim());
  const said = lines.find((line) => line !== '')?.slice(0, 200);
  const ended = output.exitCode === undefined ? 'failed' : `exit code ${output.exitCode}`;
  return said === undefined ? ended : `${ended}, \`${said}\``;
}

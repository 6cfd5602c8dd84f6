import * as z from 'zod';

/**
 * What a plan may leave open, because it is pure and cannot know paths. The agent fills them in:
 * `{scratch}` the step's directory on the file system under test, `{bundle}` the unpacked agent bundle,
 * `{build}` a private directory for programs compiled in this step, `{runtime}` the node binary, `{path}` the PATH
 * that programs are looked up in.
 */
export const placeholders = ['scratch', 'bundle', 'build', 'runtime', 'path'] as const;
export type Placeholder = (typeof placeholders)[number];

const placeholderText = z
  .string()
  .refine(
    (text) =>
      [...text.matchAll(/\{([a-z]+)\}/g)].every(([, name]) => placeholders.some((known) => known === name)),
    { error: `only the placeholders ${placeholders.map((name) => `{${name}}`).join(' ')} exist` },
  );

/**
 * One process that a step runs: an argument vector, never a shell line. `id` names its outputs.
 * `artifacts` are files below `{scratch}` or `{build}` that are kept as evidence after the command ended.
 */
export const Command = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  file: placeholderText,
  args: z.array(placeholderText),
  env: z.record(z.string(), placeholderText).default({}),
  stdin: z.string().optional(),
  timeoutMs: z.number().int().positive(),
  /** `sudo`: only root may do this. It only reads; where the agent is not root, `sudo -n` runs it, or nothing does. */
  privilege: z.enum(['none', 'sudo']).default('none'),
  /** `any`: how it ends is a part of the answer (the bits of smartctl, a drive that hangs), and ends no step. */
  goodExit: z.enum(['zero', 'any']).default('zero'),
  /** `accelerators`: they are watched as long as it runs (agents/monitor), and one that gets too hot or lost is loaded no further. */
  loads: z.enum(['none', 'accelerators']).default('none'),
  artifacts: z.array(placeholderText).default([]),
});
export type Command = z.infer<typeof Command>;
/** What a tool writes down: defaults may be left out. */
export type CommandInput = z.input<typeof Command>;

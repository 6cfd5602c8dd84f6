/**
 * One thing to look at, as data. Ids of files are their paths and ids of commands their command lines, so that
 * a saved probe document says by itself where each text came from.
 */
export type Probe =
  | { readonly kind: 'file'; readonly id: string }
  /** Opens a file for reading and closes it again: whether we may, not what is in it. */
  | { readonly kind: 'access'; readonly id: string; readonly path: string }
  /** Many small sysfs files as one JSON object from path to text; `*` stands for one path segment. */
  | { readonly kind: 'tree'; readonly id: string; readonly patterns: readonly string[] }
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly file: string;
      readonly args: readonly string[];
      readonly timeoutMs?: number;
    }
  | { readonly kind: 'file-system'; readonly id: string; readonly path: string }
  | { readonly kind: 'cgroup'; readonly id: string }
  | { readonly kind: 'processes'; readonly id: string }
  | { readonly kind: 'addresses'; readonly id: string }
  | { readonly kind: 'programs'; readonly id: string; readonly names: readonly string[] }
  | {
      readonly kind: 'files';
      readonly id: string;
      readonly names: readonly string[];
      readonly roots: readonly string[];
    };

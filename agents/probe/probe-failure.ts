import type { ProbeOutput } from '../../workloads/kit/facts/probe-output.ts';

/** The code of a failed system call (`ENOENT`), or `undefined` for anything else that was thrown. */
export function systemErrorCode(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

const absences: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENODEV',
  'ENXIO',
  'EACCES',
  'EPERM',
]);

/** Is a thing not there, or closed to us? What else goes wrong (too many open files, a dying drive) says nothing of it. */
export const isAbsence = (cause: unknown): boolean => absences.has(systemErrorCode(cause));

/** What a failed look says about the node: not there, not allowed, or broken in its own words. */
export function probeFailure(id: string, cause: unknown): ProbeOutput {
  const code = systemErrorCode(cause);
  // ENODEV, ENXIO: the file exists but no device stands behind it.
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENODEV' || code === 'ENXIO')
    return { id, status: 'absent', text: '' };
  if (code === 'EACCES' || code === 'EPERM') return { id, status: 'denied', text: '' };
  return { id, status: 'failed', text: cause instanceof Error ? cause.message : String(cause) };
}

/** fio's word for each pattern, and the direction that is measured. */
export const patterns = {
  sequentialRead: { rw: 'read', direction: 'read' },
  sequentialWrite: { rw: 'write', direction: 'write' },
  randomRead: { rw: 'randread', direction: 'read' },
  randomWrite: { rw: 'randwrite', direction: 'write' },
  verify: { rw: 'read', direction: 'read' },
} as const;

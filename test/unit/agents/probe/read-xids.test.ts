import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readXids } from '../../../../agents/probe/read-xids.ts';
import { LoggedXids } from '../../../../workloads/kit/facts/read-counts.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

it('counts the Xids in the log of the kernel by card, and takes none from a program', () => {
  const log = join(temporaryDirectory(), 'kmsg');
  writeFileSync(
    log,
    [
      '6,1,100,-;Linux version 6.8.0',
      ' SUBSYSTEM=pci',
      '4,20,200,-;NVRM: Xid (PCI:0000:1B:00): 94, pid=7, name=python',
      '4,21,300,-;NVRM: Xid (PCI:0000:1b:00.0): 94, pid=7, name=python',
      '3,30,400,c;NVRM: Xid (PCI:0000:43:00): 79, pid=1, GPU has fallen off the bus.',
      // Facility 1 is of programs.
      '12,31,500,-;NVRM: Xid (PCI:0000:43:00): 95, pid=1, forged',
      '4,32,600,-;python says NVRM: Xid (PCI:0000:43:00): 95, forged',
      '4,33,700,-;NVRM: Xid (PCI:0000:43:00): 99999, no such number',
      '',
    ].join('\n'),
  );
  const found = readXids(log);
  expect(found).toEqual([
    { slot: '0000:1b:00', xid: 94, times: 2, record: 21 },
    { slot: '0000:43:00', xid: 79, times: 1, record: 30 },
  ]);
  expect(LoggedXids.parse(found)).toEqual(found);
  expect(() => readXids(`${log}-none`)).toThrow(/ENOENT/);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBusyNodes, readReservation } from '../../../../harness/config/read-reservation.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';

// As Slurm 22.05 prints it (`scontrol show reservation assay --oneliner`).
const good =
  'ReservationName=assay StartTime=2026-11-30T01:00:00 EndTime=2026-11-30T05:30:00 Duration=04:30:00 Nodes=node[1-3],gpu07 NodeCnt=4 CoreCnt=64 Features=(null) PartitionName=(null) Flags=MAINT,IGNORE_JOBS,SPEC_NODES TRES=cpu=64 Users=root Groups=(null) Accounts=(null) Licenses=(null) State=ACTIVE BurstBuffer=(null) Watts=n/a MaxStartDelay=(null)\n';
const now = new Date('2026-11-30T01:15:00');
const read = (text: string, at = now) => readReservation('assay', text, at);

describe('a reservation of Slurm', () => {
  it('holds its nodes until it ends', () => {
    expect(read(good)).toEqual({
      nodes: ['node1', 'node2', 'node3', 'gpu07'],
      until: new Date('2026-11-30T05:30:00'),
    });
  });

  it.each([
    ['another one', good.replace('=assay', '=other'), /one line about it/],
    ['nothing', '', /one line about it, found nothing/],
    ['two', good + good, /one line/],
    ['one that is not yet active', good.replace('ACTIVE', 'INACTIVE'), /ACTIVE, found INACTIVE/],
    ['one without an end', good.replace('EndTime=2026-11-30T05:30:00', 'EndTime=Unknown'), /an end/],
    ['one without nodes', good.replace('node[1-3],gpu07', '(null)'), /names of nodes/],
    ['nodes that are none', good.replace('node[1-3],gpu07', 'node[3-1'), /names of nodes/],
    ['far too much', good + 'x'.repeat(300_000), /one line/],
  ])('is refused when it is %s', (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'HOLD_MISSING',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });

  it('is refused when it is over', () => {
    expect(() => read(good, new Date('2026-11-30T05:30:01'))).toThrow(/an end that is to come/);
  });

  it('never holds a node by a text that is damaged but what it names, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.nat(good.length), fc.string({ maxLength: 20 }), fc.nat(20), (at, put, cut) => {
        try {
          const { nodes } = read(good.slice(0, at) + put + good.slice(at + cut));
          expect(nodes.length).toBeGreaterThan(0);
        } catch (cause) {
          expect(AssayError.from(cause).code).toBe('HOLD_MISSING');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the nodes on which jobs run', () => {
  it('are those of all jobs, each once', () => {
    expect(readBusyNodes('node[1-2]\n\nnode2,gpu07\n')).toEqual(['node1', 'node2', 'gpu07']);
    expect(readBusyNodes('')).toEqual([]);
  });

  it.each([
    'slurm_load_jobs error: Unable to contact',
    'node[2-1]',
    '(null)',
    '@all',
  ])('are not read out of `%s`', (text) => {
    expect(() => readBusyNodes(text)).toThrow(expect.objectContaining({ code: 'HOLD_MISSING' }));
  });
});

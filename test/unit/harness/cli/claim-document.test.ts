import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClaimMaterial } from '../../../../harness/cli/claim-document.ts';
import { claimDocument } from '../../../../harness/cli/claim-document.ts';
import type { ReadRun } from '../../../../harness/cli/claim-runs.ts';
import { Contract } from '../../../../harness/config/contract.ts';
import { findMachine } from '../../../../harness/history/find-machine.ts';
import { History } from '../../../../harness/history/history.ts';
import { initLedger } from '../../../../harness/store/ledger.ts';
import { RunHeader } from '../../../../harness/store/run-header.ts';
import type { Cell } from '../../../../reports/verdict/cell.ts';
import { claimMarkdown } from '../../../../reports/writers/claim-markdown.ts';
import { AssayError } from '../../../../workloads/kit/assay-error.ts';
import { begin, slowerNodes } from '../../../support/constructed/night-rows.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const digest = 'a'.repeat(64);
const contract = Contract.parse({
  ...{ schema: 'assay/contract', schemaVersion: 1, id: 'hall-3', title: 'Annex B', by: 'Example Ltd' },
  ...{ date: '2024-01-01', profile: 'hall', class: 'big', claims: { withinDays: 30 } },
  limits: [
    { requirement: 'speed', atLeast: '2 TB/s', says: 'row 4' },
    { requirement: 'latency', atMost: '5 us', says: 'row 5' },
  ],
});

const cell = (verdict: Cell['verdict'], limit = 'contract.hall-3.1'): Cell => ({
  id: 'node7:speed',
  subject: { kind: 'node', node: 'node7' },
  ...{ requirement: 'speed', title: 'Speed', dimension: 'D3', level: 'required', owner: 'hardware' },
  ...{ gate: false, verdict, reason: { say: 'in-use', by: ['x'] }, sampling: 'screening' },
  limit: { id: limit, comparator: 'atLeast', expected: { value: 2e12, unit: 'B/s' }, source: 's' },
});

const readRun = (id: string, night: number, changes: Partial<ReadRun> = {}): ReadRun => ({
  header: RunHeader.parse({
    ...{ schema: 'assay/run', schemaVersion: 2, id, nonce: '0123456789abcdef', assay: '0.1.0' },
    ...{ purpose: 'certify', startedAt: new Date(night * 86_400_000).toISOString() },
    ...{ profile: 'hall', inputs: [] },
  }),
  headDigest: digest,
  ...{ night, machines: ['node7'], begunWith: 'this contract', rules: digest, documents: [], items: [] },
  evidence: { files: 1, bytes: 1, sha256: digest },
  clauses: [{ cell: cell('fail'), clause: 1, isWaived: false }],
  repairs: [],
  ...changes,
});

const rows = slowerNodes();
const attendance = rows.flatMap(({ run: { night }, attendance: those }) =>
  those.map((each) => ({ ...each, night })),
);

/** What got worse in 45 nights, node7 on the 30th, closed as repaired on the last. */
async function repairedEvents() {
  const history = await History.open(join(temporaryDirectory(), 'nights.sqlite'), 'UTC');
  await history.addAll(rows);
  const [event] = (await history.judge()).events.filter(({ scope }) => scope === 'machine');
  await history.say(event?.id ?? '', {
    ...{ at: new Date((begin + 44) * 86_400_000).toISOString(), action: 'repaired' },
    ...{ author: 'ops', words: 'fan 3' },
  });
  const { events } = await history.judge();
  await history.close();
  return events;
}

/** Nights 20 to 44 of node7; of the runs those are found that are given, and the ledger has them. */
async function claimOf(
  found: Readonly<Record<number, Partial<ReadRun> | AssayError>>,
  { today = 50, events = [] }: { readonly today?: number; readonly events?: ClaimMaterial['events'] } = {},
) {
  const window = { from: begin + 20, to: begin + 44 };
  const machine = findMachine('node7', attendance, window);
  const ledger = await initLedger(temporaryDirectory(), 'example.com/hall-3');
  const entries = Object.keys(found).map((night) => ({
    ...{ type: 'begin' as const, at: new Date((begin + Number(night)) * 86_400_000).toISOString() },
    ...{
      run: `run-${night}`,
      header: digest,
      inventory: digest,
      profile: 'hall',
      suite: 's 1',
      isAgain: false,
    },
  }));
  const material: ClaimMaterial = {
    ...machine,
    ...{ window, zone: 'UTC', assay: '0.1.0', contract, contractDigest: digest, imported: [], events },
    at: new Date((begin + today) * 86_400_000).toISOString(),
    runs: new Map(rows.map(({ run }) => [run.id, run])),
    found: new Map(
      Object.entries(found).map(([night, it]) => [
        `run-${night}`,
        it instanceof AssayError
          ? { fault: it }
          : { read: readRun(`run-${night}`, begin + Number(night), it) },
      ]),
    ),
    kinds: new Set(['XE9680']),
    ledger: { ...ledger, entries },
  };
  return claimDocument(material);
}

describe('a claim of constructed nights', () => {
  it('has the events of the machine and of all of its kind, what was repaired, and the next day to claim by', async () => {
    const repairs = [{ at: '2024-11-05T00:00:00.000Z', part: 'GPU5' }];
    const claim = await claimOf({ 20: {}, 31: { repairs } }, { events: await repairedEvents() });
    expect(claim).toMatchObject({
      coverage: { measured: 25, unmeasured: 0, withoutRun: 0 },
      events: [
        { scope: 'machine', about: 'node7', state: 'closed', notes: [{ action: 'repaired' }] },
        { scope: 'fleet', about: 'XE9680' },
      ],
      repairs: [
        { source: 'run', run: 'run-31', part: 'GPU5' },
        { source: 'event', by: 'ops', note: 'fan 3' },
      ],
      breaches: [
        { run: 'run-20', claimBy: '2024-11-23' },
        { run: 'run-31', claimBy: '2024-12-04' },
      ],
      deadline: { claimBy: '2024-11-23', state: 'closes within 72 hours' },
      exitCode: 0,
    });
    expect(claim.notShown.join('\n')).toContain(
      'Clause 2 (latency; row 5) was decided by no run that counts.',
    );
    expect(claim.runs.filter(({ counts }) => counts).map(({ run }) => run)).toEqual(['run-20', 'run-31']);
    expect(claimMarkdown(claim)).toContain('GPU5, measured again in run-31');
    expect((await claimOf({ 20: {}, 31: {} }, { today: 55 })).deadline).toMatchObject({
      claimBy: '2024-12-04',
      state: 'open',
    });
    expect((await claimOf({ 20: {}, 31: {} }, { today: 90 })).deadline).toMatchObject({
      claimBy: '2024-12-04',
      state: 'over',
    });
  });

  it.each<
    readonly [what: string, run: Partial<ReadRun> | AssayError, exitCode: number, why: string | undefined]
  >([
    [
      'of a clause that is met',
      { clauses: [{ cell: cell('pass'), clause: 1, isWaived: false }] },
      1,
      undefined,
    ],
    [
      'of a clause that is let go of',
      { clauses: [{ cell: cell('fail'), clause: 1, isWaived: true }] },
      1,
      undefined,
    ],
    [
      'that another limit decided',
      { clauses: [{ cell: cell('fail', 'published'), clause: undefined, isWaived: false }] },
      ...([2, undefined] as const),
    ],
    [
      'without a measurement',
      { clauses: [{ cell: cell('missing'), clause: undefined, isWaived: false }] },
      2,
      undefined,
    ],
    [
      'that is noisy',
      { clauses: [{ cell: cell('inconclusive'), clause: 1, isWaived: false }] },
      2,
      undefined,
    ],
    ['without any cell', { clauses: [] }, 2, undefined],
    ['that the ledger does not have', { headDigest: 'b'.repeat(64) }, 2, 'no entry of the ledger has it'],
    ['of another machine', { machines: ['S9', 'uuid-9'] }, 2, 'by its own evidence this is S9'],
    ['of another night', { night: begin }, 2, 'by its own evidence it is of another night, 2024-10-04'],
    [
      'that is a rehearsal',
      { header: { ...readRun('run-20', begin + 20).header, rehearsal: true } },
      ...([2, 'a rehearsal, which says nothing about any machine'] as const),
    ],
    [
      'whose evidence is damaged',
      new AssayError('EVIDENCE_DAMAGED', 'other bytes', { hint: 'h' }),
      ...([2, 'EVIDENCE_DAMAGED: other bytes'] as const),
    ],
  ])('a run %s is no breach', async (_what, run, exitCode, why) => {
    const claim = await claimOf({ 20: run });
    expect(claim).toMatchObject({ exitCode, breaches: [] });
    expect(claim.deadline).toBeUndefined();
    expect(claim.runs[0]?.why).toBe(why);
    expect(claim.runs[1]?.why).toBe('its evidence was not found here');
  });
});

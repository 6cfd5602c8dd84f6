import { existsSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Plan } from '../../harness/plan/plan.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { valueOf } from '../../workloads/kit/facts/fact.ts';
import type { HostFacts } from '../../workloads/kit/facts/host-facts.ts';
import { ProbeDocument } from '../../workloads/kit/facts/probe-output.ts';
import { readHostFacts } from '../../workloads/kit/facts/read-host-facts.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import { readPacked } from '../support/change-pack.ts';
import { fakeTool, runAssay, writeSuite } from '../support/run-assay.ts';
import { tell } from '../support/tell.ts';
import { removeFolder, temporaryDirectory } from '../support/temporary.ts';

const isCi = process.env['CI'] === 'true';
const fio = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'fio'))
  .find((path) => existsSync(path));
if (fio === undefined && !isCi)
  process.stdout.write('- storage tests are skipped: no fio (apt-get install fio)\n');

const entry = (id: string, pattern: string, blockBytes: number) => ({
  id,
  workload: 'nvme',
  tool: 'fio',
  repetitions: 1,
  budgetSeconds: 60,
  params: { pattern, blockBytes, queueDepth: 8, jobs: 1, fileBytes: 67_108_864, seconds: 1 },
});
const randomRead = entry('random-read', 'randomRead', 4096);
const verify = entry('verify', 'verify', 65_536);

interface Surveyed {
  readonly run: string;
  readonly cwd: string;
  readonly survey: Verdict;
  readonly judged: number | null;
  readonly storage: Verdict;
  readonly storageExit: number | null;
}

/** Surveys this machine's storage, with a stand-in for fio when one is given, and judges it twice. */
async function survey(
  entries: readonly object[],
  options: { readonly script?: string; readonly scratch?: string } = {},
): Promise<Surveyed> {
  const cwd = temporaryDirectory();
  if (options.script !== undefined) fakeTool(join(cwd, 'bin'), 'fio', `${wrapper}\n${options.script}`);
  const path = options.script === undefined ? [] : [join(cwd, 'bin')];
  const run = join(cwd, 'run');
  const scratch = options.scratch === undefined ? [] : ['--scratch', options.scratch];
  const suite = writeSuite(cwd, entries);
  const { exitCode, stderr } = await runAssay(
    ['survey', 'local', '--suite', suite, '--out', run, ...scratch],
    { cwd, path },
  );
  expect(stderr).not.toContain('✖');
  const { exitCode: judged } = await runAssay(['judge', run], { cwd });
  expect(exitCode).toBe(judged);
  const { exitCode: storageExit } = await runAssay(['judge', run, '--profile', 'storage'], { cwd });
  const verdict = (profile: string): Verdict =>
    Verdict.parse(JSON.parse(readFileSync(join(`${run}.report`, `verdicts/${profile}.json`), 'utf8')));
  return { run, cwd, survey: verdict('survey'), judged, storage: verdict('storage'), storageExit };
}

/** What the stand-ins share: which of the two fio processes this is, and its file. */
const wrapper = `real='${fio ?? ''}'
for word in "$@"; do case $word in
--name=*) name=\${word#*=} ;;
--filename=*) file=\${word#*=} ;;
--size=*) size=\${word#*=} ;;
--output=*) output=\${word#*=} ;;
esac; done`;

const factsOf = (run: string): HostFacts =>
  readHostFacts(
    ProbeDocument.parse(JSON.parse(readPacked(run, 'local', 'steps/facts/probes.json')) as unknown),
  );
const cellOf = (verdict: Verdict, requirement: string, subject: string) =>
  tell(verdict.cells.find(({ id }) => id === `${subject}:${requirement}`));
const measured = ({ survey: { measurements } }: Surveyed): readonly (readonly [string, string])[] =>
  tell(measurements).map(({ metric, invalid }) => [metric, invalid ?? 'valid'] as const);
const tooFewBytes = /^the (drive|process) moved \d+ % of the bytes that were read/;

describe.skipIf(fio === undefined && !isCi)('storage', () => {
  /** Why fio cannot run on this machine's own disk (a container on overlay, a full disk): then there is no drive. */
  let lack: string | undefined;
  let own: HostFacts;

  beforeAll(async () => {
    const cwd = mkdtempSync('/var/tmp/assay-test-');
    const run = join(cwd, 'run');
    try {
      const args = ['survey', 'local', '--suite', writeSuite(cwd, [verify]), '--out', run];
      const { stderr } = await runAssay(args, { cwd });
      expect(stderr).not.toContain('✖');
      own = factsOf(run);
      const { unplanned } = Plan.parse(JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')));
      lack = tell(unplanned)[0]?.reason;
      if (isCi) expect(lack).toBeUndefined();
    } finally {
      removeFolder(cwd);
    }
  });

  it('of this machine is measured, and is proven to be NVMe only where the kernel says so', async ({
    skip,
  }) => {
    skip(lack !== undefined, lack);
    const entries = [
      randomRead,
      entry('sequential-read', 'sequentialRead', 1_048_576),
      entry('random-write', 'randomWrite', 4096),
      verify,
    ];
    const found = await survey(entries);
    expect(measured(found)).toEqual([
      ['nvme.randomReadRate', 'valid'],
      ['nvme.randomWriteRate', 'valid'],
      ['nvme.readLatency', 'valid'],
      ['nvme.readLatency', 'valid'],
      ['nvme.readLatency', 'valid'],
      ['nvme.readLatency', 'valid'],
      ['nvme.sequentialReadThroughput', 'valid'],
      ['nvme.verifyErrors', 'valid'],
      ['nvme.writeLatency', 'valid'],
      ['nvme.writeLatency', 'valid'],
    ]);
    const identity = valueOf(own.scratch.driveIdentity) ?? '';
    const transport = valueOf((valueOf(own.drives) ?? []).find((it) => it.identity === identity)!.transport);
    const drive = `local/${identity}`;
    expect(
      found.survey.measurements.map(({ subject, dimensions }) => [nameOf(subject), dimensions['transport']]),
    ).toEqual(Array.from({ length: 10 }, () => [drive, transport]));
    expect(cellOf(found.survey, 'nvme-exact', 'local')?.verdict).toBe('pass');
    expect(cellOf(found.storage, 'verify', drive)?.verdict).toBe('pass');
    const proven = cellOf(found.storage, 'proven-nvme', drive);
    if (transport === 'nvme') {
      expect(proven?.reason).not.toContain('measured on');
      expect(found.storageExit).not.toBe(0);
    } else {
      expect(proven).toMatchObject({
        verdict: 'invalid',
        reason: `measured on ${transport ?? ''}, not nvme (transport)`,
      });
      // A container with a CPU quota fails another cell of this profile.
      expect(found.storageExit).toBe(valueOf(own.limits.unrestricted) === true ? 2 : 1);
    }
  });

  it('that is memory is not measured at all', async ({ skip }) => {
    const tmpfs = 0x01021994;
    skip(!existsSync('/dev/shm') || statfsSync('/dev/shm').type !== tmpfs, 'there is no tmpfs at /dev/shm');
    const scratch = mkdtempSync('/dev/shm/assay-test-');
    onTestFinished(() => removeFolder(scratch));
    const found = await survey([randomRead, verify], { scratch });
    expect(measured(found)).toEqual([]);
    expect(found.survey.attempts).toEqual([]);
    const cell = cellOf(found.survey, 'nvme-exact', 'local');
    expect(cell).toMatchObject({ verdict: 'missing', missing: 'no-tool' });
    expect(cell?.reason).toContain('tmpfs is memory, not a drive');
    expect(found.judged).toBe(2);
    expect(found.storage.counts.required.pass).toBeLessThan(5);
    expect(found.storageExit).toBe(valueOf(own.limits.unrestricted) === true ? 2 : 1);
  });

  // The real fio writes its report, then the file is another: what it reads afterwards is from no drive.
  it.for([
    ['sparse', 'rm "$file" && exec truncate -s "$size" "$file"'],
    ['fallocated', 'rm "$file" && exec fallocate -l "$size" "$file"'],
  ] as const)('a %s file gives numbers, and each is invalid: the drive moved nothing', async ([, replace], {
    skip,
  }) => {
    skip(lack !== undefined, lack);
    const found = await survey([randomRead, verify], {
      script: `[ "$name" = layout ] && { "$real" "$@" || exit; ${replace}; }\nexec "$real" "$@"`,
    });
    expect(measured(found)).toEqual([
      ['nvme.randomReadRate', expect.stringMatching(tooFewBytes)],
      ['nvme.readLatency', expect.stringMatching(tooFewBytes)],
      ['nvme.readLatency', expect.stringMatching(tooFewBytes)],
      ['nvme.verifyErrors', expect.stringMatching(tooFewBytes)],
    ]);
    expect(cellOf(found.survey, 'nvme-exact', 'local')).toMatchObject({
      verdict: 'invalid',
      reason: expect.stringMatching(tooFewBytes) as string,
    });
    expect(found.judged).toBe(2);
    expect(found.storageExit).not.toBe(0);
  });

  it('a file that is a link to memory is found out, although the directory is on the drive', async ({
    skip,
  }) => {
    skip(lack !== undefined, lack);
    skip(!existsSync('/dev/shm'), 'there is no /dev/shm');
    const memory = mkdtempSync('/dev/shm/assay-test-');
    onTestFinished(() => removeFolder(memory));
    const found = await survey([randomRead], {
      // Before the layout it would do nothing: fio lays out a new file in place of what it finds.
      script: `[ "$name" = run ] && { mv "$file" '${memory}/file' && ln -s '${memory}/file' "$file" || exit; }\nexec "$real" "$@"`,
    });
    // A kernel whose tmpfs refuses direct I/O gives no number at all.
    for (const [, validity] of measured(found)) expect(validity).toMatch(tooFewBytes);
    expect(found.judged).toBe(2);
    expect(found.storageExit).not.toBe(0);
  });

  // 256 of 1024: so many that fio's log no longer fits in front of its report without being cut.
  it.for([
    ['one block', 1],
    ['a quarter of all blocks', 256],
  ] as const)('%s that changed between write and read is a failure, not an unreadable run', async ([
    ,
    blocks,
  ], { skip }) => {
    skip(lack !== undefined, lack);
    const found = await survey([verify], {
      script: `[ "$name" = run ] && dd if=/dev/urandom of="$file" bs=65536 seek=7 count=${blocks} conv=notrunc 2> /dev/null
exec "$real" "$@"`,
    });
    expect(measured(found)).toEqual([['nvme.verifyErrors', 'valid']]);
    expect(found.survey.measurements[0]).toMatchObject({ n: 1, median: blocks, min: blocks, max: blocks });
    expect(cellOf(found.survey, 'nvme-exact', 'local')?.verdict).toBe('fail');
    const drive = `local/${valueOf(own.scratch.driveIdentity) ?? ''}`;
    expect(cellOf(found.storage, 'verify', drive)?.verdict).toBe('fail');
    expect(found.judged).toBe(1);
    expect(found.storageExit).toBe(1);
  });

  it.for([
    [
      'loses its file: fio prints a report with an error',
      '[ "$name" = run ] && rm "$file"\nexec "$real" "$@"',
    ],
    [
      'ends with 0 and a report of an I/O error',
      '"$real" "$@" && sed -i \'s/"error" : 0,/"error" : 5,/\' "$output"',
    ],
    ['prints nothing', '[ "$name" = run ] && exit 0\nexec "$real" "$@"'],
    ['leaves an empty report', '[ "$name" = run ] && exec truncate -s 0 "$output"\nexec "$real" "$@"'],
    ['leaves half a report', '"$real" "$@" && [ "$name" = run ] && exec truncate -s 900 "$output"\nexit 0'],
    ['never wrote the file', '[ "$name" = layout ] && exit 0\nexec "$real" "$@"'],
    ['is killed', '[ "$name" = run ] && kill -KILL $$\nexec "$real" "$@"'],
  ] as const)('fio that %s gives no number and no pass', async ([, script], { skip }) => {
    skip(lack !== undefined, lack);
    const found = await survey([verify], { script });
    expect(measured(found)).toEqual([]);
    expect(found.survey.attempts).toHaveLength(1);
    expect(cellOf(found.survey, 'nvme-exact', 'local')?.verdict).toMatch(/^(invalid|missing)$/);
    expect(found.judged).toBe(2);
    expect(found.storageExit).not.toBe(0);
  });
});

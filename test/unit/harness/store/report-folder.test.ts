import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ReportFolder } from '../../../../harness/store/report-folder.ts';
import { RunDirectory } from '../../../../harness/store/run-directory.ts';
import { writeRunDirectory } from '../../../support/constructed-run-directory.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { virtualMachine } from '../../workloads/kit/facts/documents.ts';

let cwd: string;
let run: RunDirectory;

beforeEach(async () => {
  cwd = temporaryDirectory();
  await writeRunDirectory(join(cwd, 'run'), { nodes: [{ id: 'vm', probes: virtualMachine }] });
  run = await RunDirectory.open(join(cwd, 'run'));
});

/** What somebody else has, where a folder of reports would lie. */
function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(cwd, path, '..'), { recursive: true });
    writeFileSync(join(cwd, path), 'mine\n');
  }
}
const remains = (...paths: readonly string[]) => paths.filter((path) => existsSync(join(cwd, path)));

describe('a folder of reports', () => {
  it('is no link, whoever made it', async () => {
    write('victim/verdicts/survey.json');
    const mark = JSON.stringify({ schema: 'assay/reports', schemaVersion: 1, run: run.header.id });
    writeFileSync(join(cwd, 'victim/run.json'), mark);
    symlinkSync(join(cwd, 'victim'), join(cwd, 'run.report'));
    const folder = await ReportFolder.open(run);
    expect(await folder.read('verdicts/survey.json')).toBeUndefined();
    await folder.remove(['verdicts']);
    expect(() => {
      folder.mark();
    }).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringContaining('a symbolic link') as unknown,
      }),
    );
    expect(remains('victim/verdicts/survey.json')).toHaveLength(1);
  });

  it('that does not say that it is this run’s loses nothing', async () => {
    const theirs = ['out/report.html', 'out/verdicts/survey.json', 'out/verdicts/survey/thesis.tex'];
    write(...theirs);
    const folder = await ReportFolder.open(run, join(cwd, 'out'));
    await folder.remove(['report.html', 'verdicts']);
    expect(remains(...theirs)).toEqual(theirs);
  });

  it('loses what is ours and keeps what is not', async () => {
    const folder = await ReportFolder.open(run);
    folder.mark();
    write('run.report/verdicts/survey/n1.json', 'run.report/verdicts/survey/thesis.tex');
    write('run.report/nodes/n1/report.html', 'run.report/report.html');
    await folder.remove(['report.html', 'verdicts', 'nodes', 'samples']);
    expect(
      remains(
        'run.report/report.html',
        'run.report/nodes',
        'run.report/verdicts/survey/n1.json',
        'run.report/verdicts/survey/thesis.tex',
      ),
    ).toEqual(['run.report/verdicts/survey/thesis.tex']);
  });

  it('loses what it says of nobody that it is about', async () => {
    const folder = await ReportFolder.open(run);
    folder.mark();
    const theirs = [
      'run.report/nodes/n1/report.html',
      'run.report/nodes/n2/notes.tex',
      'run.report/nodes/.x',
    ];
    write(...theirs, 'run.report/nodes/n2/report.html', 'run.report/nodes/n3/report.html');
    await folder.removeOthers('nodes', new Set(['n1']));
    await folder.removeOthers('verdicts/survey', new Set());
    expect(readdirSync(join(cwd, 'run.report/nodes'), { recursive: true }).toSorted()).toEqual([
      ...['.x', 'n1', 'n1/report.html', 'n2', 'n2/notes.tex'],
    ]);
  });

  it('has files where it has names, or says what is there', async () => {
    mkdirSync(join(cwd, 'run.report/verdicts/survey.json'), { recursive: true });
    const folder = await ReportFolder.open(run);
    await expect(folder.read('verdicts/survey.json')).rejects.toMatchObject({
      code: 'EVIDENCE_DAMAGED',
      found: 'a directory',
    });
  });
});

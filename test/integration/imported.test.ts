import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { importedDocument } from '../../harness/import/imported-document.ts';
import { Imported } from '../../reports/verdict/imported.ts';
import { validateVerdict } from '../../reports/verdict/validate.ts';
import { loadLogFormats, loadRegistry } from '../../workloads/registry.ts';
import { logFixturesOf } from '../support/case.ts';
import { runAssay } from '../support/run-assay.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-imported-'));
afterAll(() => rmSync(folder, { recursive: true }));
const formats = await loadLogFormats(await loadRegistry());
const log = (workload: string, name: string): string => join(logFixturesOf(workload), name, 'log.stdout');

describe('assay parse of a directory', () => {
  it('reads what it understands and says of all else why not, whatever lies there', async () => {
    const place = join(folder, 'mixed');
    mkdirSync(join(place, 'below'), { recursive: true });
    copyFileSync(log('nvme', 'fio-3.33-job-file'), join(place, 'below', 'fio.json'));
    copyFileSync(log('rdma', 'perftest-25.01-write-bw'), join(place, 'ib.txt'));
    writeFileSync(join(place, 'binary'), Buffer.from([1, 0, 2]));
    writeFileSync(join(place, 'huge'), '');
    truncateSync(join(place, 'huge'), 2 ** 31);
    symlinkSync('.', join(place, 'loop'));
    symlinkSync('/etc/passwd', join(place, 'passwords'));
    execFileSync('mkfifo', [join(place, 'pipe')]);
    const asked = { formats, before: [place], after: [], margin: 0.05 };
    const document = Imported.parse(await importedDocument(asked));
    expect(document.files.map(({ path, format, samples }) => [path, format, samples])).toEqual([
      ['below/fio.json', 'fio', 9],
      ['ib.txt', 'perftest', 1],
    ]);
    expect(document.refused).toEqual([
      { path: 'binary', why: 'it is no text: it has NUL in it' },
      { path: 'huge', why: 'it has 2147483648 bytes, and no log has more than 67108864' },
      { path: 'loop', why: 'it is a symbolic link, which is not followed' },
      { path: 'passwords', why: 'it is a symbolic link, which is not followed' },
      { path: 'pipe', why: 'it is a pipe, which is not waited for' },
    ]);
    expect(document.exitCode).toBe(2);
    expect(await importedDocument(asked)).toEqual(document);
    expect(() => validateVerdict(document)).toThrow('expected `assay/verdict`');
  });

  it('writes a report of what was asked, and never ends with 0 when it was asked whether that is good', async () => {
    const place = join(folder, 'one');
    mkdirSync(place);
    copyFileSync(log('rdma', 'perftest-25.01-write-bw'), join(place, 'ib.txt'));
    const alone = await importedDocument({ formats, before: [place], after: [], margin: 0.05 });
    expect(alone.exitCode).toBe(0);
    const args = ['parse', 'one', '--class', 'ib-ndr-400', '--after', 'one', '--out', 'report'];
    const { exitCode, stdout, stderr } = await runAssay(args, { cwd: folder });
    expect({ exitCode, stderr: stderr.trim() }).toEqual({
      exitCode: 2,
      stderr: 'report    report/imported.html',
    });
    for (const words of ['IMPORTED, NOT CERTIFIED', 'reaches the limit', 'undecided', 'one session'])
      expect(stdout).toContain(words);
    expect(readdirSync(join(folder, 'report')).toSorted()).toEqual([
      'imported.csv',
      'imported.html',
      'imported.json',
      'imported.md',
    ]);
  });

  it('refuses hardware that no limit is about', async () => {
    const { exitCode, stderr } = await runAssay(['parse', '.', '--class', 'ib-ndr-40'], { cwd: folder });
    expect(exitCode).toBe(64);
    expect(stderr).toContain('Did you mean `ib-ndr-400`?');
  });
});

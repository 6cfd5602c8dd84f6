import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';

const gpu = fileURLToPath(new URL('../../bench/gpu', import.meta.url));
const displays = existsSync('/sys/bus/pci/devices')
  ? readdirSync('/sys/bus/pci/devices').filter((name) => {
      const [kind, vendor] = ['class', 'vendor'].map((file) =>
        readFileSync(join('/sys/bus/pci/devices', name, file), 'utf8'),
      );
      return /^0x(03|12)/.test(kind ?? '') && /^0x(10de|1002)/.test(vendor ?? '');
    })
  : [];

/** A compiler may be missing on a laptop, never in CI. */
const hasGcc = spawnSync('gcc', ['--version']).status === 0;
if (!hasGcc && process.env['CI'] === 'true') throw new Error('expected gcc in CI');

describe('bench/gpu/run.sh', () => {
  it.skipIf(displays.length > 0 || !hasGcc)(
    'says that there is no GPU where there is none, and what there is',
    () => {
      const out = temporaryDirectory();
      const { status, stdout } = spawnSync(join(gpu, 'run.sh'), [out], { encoding: 'utf8' });
      expect(stdout).toContain('There is no GPU of NVIDIA or AMD on this machine: nothing was measured.\n');
      expect(status).toBe(2);
      expect(readdirSync(out).toSorted()).toEqual(['1-facts', '2-libraries', '3-programs', 'summary']);
      for (const program of ['record', 'cublaslt', 'nccl', 'sha256', 'matmul', 'memory', 'peer'])
        expect(readFileSync(join(out, '3-programs', `${program}.ended`), 'utf8')).toMatch(/^exit code 0 /);
    },
  );
});

describe('bench/gpu/compare.awk', () => {
  const right = {
    measured: true,
    standIn: false,
    provenBy: 'itself',
    done: 100,
    elapsedSeconds: 1,
    wrong: 0,
  };
  const two = '0000:3b:00.0 0000:5e:00.0';

  /** What is said of documents, by the names of their files: of each device what it printed. */
  function compare(documents: Readonly<Record<string, readonly object[]>>, addresses = '0000:3b:00.0') {
    const folder = temporaryDirectory();
    const names = Object.entries(documents).map(([name, found]) => {
      const all = addresses.split(' ');
      const lines = found.map((each, index) => JSON.stringify({ address: all[index], ...each }));
      writeFileSync(join(folder, name), `{"devices":[\n${lines.join(',\n')}\n]}\n`);
      return join(folder, name);
    });
    const args = ['-v', `addresses=${addresses}`, '-f', join(gpu, 'compare.awk'), ...names];
    const { status, stdout, stderr } = spawnSync('awk', args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    return {
      status,
      verdicts: stdout.split('\n').flatMap((line) => /^\S.* wrong \d+: (.*)/.exec(line)?.[1] ?? []),
    };
  }

  it.each([
    ['agree', right, { ...right, done: 101 }, 0, 'ratio 1.0100'],
    ['are apart', right, { ...right, done: 97 }, 1, 'ratio 0.9700: more than 2 % apart'],
    ['compute wrong', right, { ...right, wrong: 1 }, 1, 'WRONG'],
    ['break', right, { measured: true, standIn: false, error: 'gone' }, 1, 'WRONG'],
    ['are half there', right, { measured: false, error: 'no OpenCL' }, 0, 'one way only'],
    ['are not there', { measured: false, error: 'no' }, { measured: false, error: 'no' }, 2, 'not measured'],
    ['stand in', { ...right, standIn: true }, right, 2, 'no measurement: stand-in library'],
    [
      'stand in and break',
      { measured: true, standIn: true, error: 'gone' },
      right,
      2,
      'no measurement: stand-in library',
    ],
  ])('tells two ways that %s', (_, cuda, opencl, status, verdict) => {
    expect(compare({ 'copy.cuda.json': [cuda], 'copy.opencl.json': [opencl] })).toEqual({
      status,
      verdicts: [verdict],
    });
  });

  it('counts products of matrix units, which only one way reaches', () => {
    const { verdicts, status } = compare({
      'matrix.cuda.json': [{ ...right, done: undefined, products: 10, size: 128 }],
    });
    expect([verdicts, status]).toEqual([['one way only'], 0]);
  });

  it('leaves out no device and no program of which nothing came', () => {
    const documents = { 'copy.cuda.json': [right], 'copy.opencl.json': [right], 'triad.cuda.json': [] };
    expect(compare(documents, two)).toEqual({
      status: 1,
      verdicts: ['ratio 1.0000', 'not measured', 'not measured', 'not measured'],
    });
  });
});

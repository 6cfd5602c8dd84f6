import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withUnpacked } from '../../../../harness/cli/unpacked.ts';
import { unpackBundle, writeBundleFile } from '../../../../harness/store/evidence-bundle.ts';
import { createTarHeader } from '../../../../harness/store/tar-header.ts';
import { flipsOf } from '../../../support/tamper.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const contents = {
  'r/run.json': '{}',
  'r/nodes/n1/journal.ndjson': 'x'.repeat(1000),
  'r.report/signed/p/manifest.json': '',
};

function scene() {
  const folder = temporaryDirectory();
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const files = Object.keys(contents).map((path) => ({ path, source: join(folder, path) }));
  const bundle = join(folder, 'b.tar');
  writeBundleFile(bundle, files);
  const out = join(folder, 'out');
  return { folder, files, bundle, out };
}

const header = (path: string, size: number): Buffer => createTarHeader(path, size);
const end = Buffer.alloc(1024);

describe('a bundle of a run', () => {
  it('is the same for the same files, and is read by tar', () => {
    const { folder, files, bundle, out } = scene();
    const again = join(folder, 'again.tar');
    writeBundleFile(again, files.toReversed());
    expect(readFileSync(again)).toEqual(readFileSync(bundle));
    expect(() => writeBundleFile(again, files)).toThrow(expect.objectContaining({ code: 'RUN_EXISTS' }));
    for (const nowhere of [join(folder, 'none/x.tar'), join(again, 'x.tar')])
      expect(() => writeBundleFile(nowhere, files)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(execFileSync('tar', ['tf', bundle], { encoding: 'utf8' }).trim().split('\n')).toEqual(
      Object.keys(contents).toSorted(),
    );
    expect(unpackBundle(bundle, out)).toEqual(Object.keys(contents).toSorted());
    for (const [path, text] of Object.entries(contents))
      expect(readFileSync(join(out, path), 'utf8')).toBe(text);
  });

  it('is unpacked for whoever verifies it, and removed', async () => {
    const { bundle } = scene();
    const used = await withUnpacked(bundle, bundle, (run) =>
      Promise.resolve([run, readdirSync(join(run, '..'))] as const),
    );
    expect(used[1]).toEqual(['r', 'r.report']);
    expect(() => readdirSync(used[0])).toThrow('ENOENT');
    expect(await withUnpacked(join(bundle, '..'), 'given', (run) => Promise.resolve(run))).toBe('given');
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a way out of it', () => Buffer.concat([header('r/../../etc/passwd', 0), end])],
    ['an absolute name', () => Buffer.concat([header('/etc/passwd', 0), end])],
    ['a hidden file', () => Buffer.concat([header('r/.bashrc', 0), end])],
    ['a file twice', () => Buffer.concat([header('r/a', 0), header('r/a', 0), end])],
    ['another order', () => Buffer.concat([header('r/b', 0), header('r/a', 0), end])],
    ['a link', (bytes) => bytes.fill('2', 156, 157)],
    ['a size beyond it', () => Buffer.concat([header('r/a', 1e9), end])],
    ['less than its blocks', (bytes) => bytes.subarray(0, -1)],
    ['another end', (bytes) => bytes.fill(1, bytes.length - 1)],
    ['more behind its end', (bytes) => Buffer.concat([bytes, end])],
    ['nothing', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('PK\u0003\u0004'.padEnd(2048, 'x'))],
  ])('is refused with %s, before anything is written', (_, change) => {
    const { bundle, out } = scene();
    writeFileSync(bundle, change(readFileSync(bundle)));
    expect(() => unpackBundle(bundle, out)).toThrow(expect.objectContaining({ code: 'EVIDENCE_DAMAGED' }));
    expect(() => readdirSync(out)).toThrow('ENOENT');
  });

  it('is refused with any bit of a header changed, or is another bundle', () => {
    const { bundle, folder } = scene();
    const bytes = readFileSync(bundle);
    let [cases, refused] = [0, 0];
    for (const damage of flipsOf(bytes.subarray(0, 512), 7)) {
      cases += 1;
      writeFileSync(bundle, Buffer.concat([damage, bytes.subarray(512)]));
      try {
        unpackBundle(bundle, join(folder, `out${cases}`));
      } catch {
        refused += 1;
      }
    }
    expect([cases, refused]).toEqual([586, 586]);
    cpSync(bundle, join(folder, 'kept.tar'));
  });
});

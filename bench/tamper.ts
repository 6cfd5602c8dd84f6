import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBundle } from '../harness/evidence/bundle.ts';
import { runAssay } from '../test/support/run-assay.ts';
import { createSigner, signAt, verifyAt, writeRunToSign } from '../test/support/signed-run.ts';
import { damagesOf, directoryChanges, flipsOf, signerIn } from '../test/support/tamper.ts';

// Whether all that somebody changes in a signed run is found: each bit, byte and place of its bundle; each bit of its manifest and
// identities; bits sampled over every file of the evidence; what can be done to its folders; some of each through the command line; and
// that untouched copies raise no alarm. Prints a table; fails when one was missed.
// node harness/pinned.js bench/tamper.ts [--bits 20000] [--copies 100] [--cli 50]

const { values: flags } = parseArgs({
  options: {
    bits: { type: 'string', default: '20000' },
    copies: { type: 'string', default: '100' },
    cli: { type: 'string', default: '50' },
  },
});
const profile = 'survey';
const base = mkdtempSync(join(tmpdir(), 'assay-tamper-'));
const signer = createSigner();
const trust = { kind: 'key', key: signer.publicKey } as const;
let missed = 0;

function tell(what: string, tried: number, found: number): void {
  missed += tried - found;
  process.stdout.write(`| ${what} | ${tried} | ${found} |\n`);
}

/** The code that verifying ends with; nothing where it found all in order. */
const codeAt = (folder: string): Promise<string | undefined> =>
  verifyAt(join(folder, 'run'), trust, { isDeep: false }).then(
    () => undefined,
    (cause: unknown) => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'thrown'),
  );

/** A copy that is removed when it was used. */
async function inCopy<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tamper-'));
  try {
    cpSync(join(base, 'run'), join(folder, 'run'), { recursive: true });
    cpSync(join(base, 'run.report'), join(folder, 'run.report'), { recursive: true });
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function flipFiles(
  what: string,
  files: readonly string[],
  stepOf: (bytes: number) => number,
): Promise<void> {
  let [tried, found] = [0, 0];
  await inCopy(async (folder) => {
    for (const file of files) {
      const path = join(folder, file);
      const bytes = readFileSync(path);
      for (const damage of flipsOf(bytes, stepOf(bytes.length))) {
        writeFileSync(path, damage);
        tried += 1;
        found += Number((await codeAt(folder)) !== undefined);
      }
      writeFileSync(path, bytes);
    }
  });
  tell(what, tried, found);
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(base, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1));

try {
  await writeRunToSign(base, 2);
  const bundle = readFileSync(await signAt(join(base, 'run'), signer));
  const signed = `run.report/signed/${profile}`;
  writeFileSync(join(base, 'key.pem'), signer.publicKey.pem);
  process.stdout.write('| what | tried | found |\n| --- | --- | --- |\n');

  const node = readFileSync(join(base, signed, 'nodes', `n1.${signerIn(join(base, signed))}.sigstore.json`));
  let [tried, found] = [0, 0];
  for (const text of [bundle, node])
    for (const damage of damagesOf(text)) {
      tried += 1;
      found += Number(!readBundle(damage, signer.publicKey).ok);
    }
  tell(`bundles of ${bundle.length} and ${node.length} bytes: bits, bytes, places`, tried, found);
  await flipFiles(
    'manifest and identities: every 7th bit',
    [`${signed}/manifest.json`, `${signed}/identity/n1.json`, `${signed}/identity/n2.json`],
    () => 7,
  );
  const evidence = [...filesIn('run'), ...filesIn(signed)];
  const bytes = evidence.reduce((sum, file) => sum + statSync(join(base, file)).size, 0);
  await flipFiles(
    `evidence and verdict: bits of ${evidence.length} files`,
    evidence,
    (size) => Math.max(1, Math.min(size, Math.floor((8 * bytes) / Number(flags.bits)))) | 1,
  );

  const changes = [...directoryChanges('n1', 'n2', profile), ...directoryChanges('n2', 'n1', profile)];
  [tried, found] = [0, 0];
  for (const [what, change] of changes) {
    tried += 1;
    const code = await inCopy((folder) => {
      change(folder);
      return codeAt(folder);
    });
    if (code === undefined) process.stderr.write(`missed: ${what}\n`);
    else found += 1;
  }
  tell('changes of folders', tried, found);

  [tried, found] = [0, 0];
  for (const [what, change] of changes.slice(0, Number(flags.cli))) {
    tried += 1;
    const { exitCode } = await inCopy((folder) => {
      change(folder);
      return runAssay(['verify', 'run', '--key', join(base, 'key.pem')], { cwd: folder });
    });
    if (exitCode === 4) found += 1;
    else process.stderr.write(`exit code ${exitCode}: ${what}\n`);
  }
  tell('changes of folders, through the command line', tried, found);

  let quiet = 0;
  for (let copy = 0; copy < Number(flags.copies); copy += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'assay-tamper-'));
    const pack =
      copy % 2 === 0
        ? 'tar cf - run run.report | (cd "$0" && tar xf -)'
        : 'zip -qr "$0/a.zip" run run.report && cd "$0" && unzip -q a.zip';
    const umask = ['000', '022', '077'][copy % 3] ?? '022';
    execFileSync('sh', ['-c', `umask ${umask}; ${pack}`, folder], {
      cwd: base,
      env: { ...process.env, TZ: copy % 2 === 0 ? 'UTC' : 'Asia/Tokyo' },
    });
    quiet += Number((await codeAt(folder)) === undefined);
    rmSync(folder, { recursive: true, force: true });
  }
  tell('untouched copies, through tar and zip', Number(flags.copies), quiet);
} finally {
  rmSync(base, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;

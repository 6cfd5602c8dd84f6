import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBundle, readBundle } from '../harness/evidence/bundle.ts';
import { canonical } from '../harness/evidence/canonical-json.ts';
import type { Statement } from '../harness/evidence/statement.ts';
import { enter, initLedger, readLedger } from '../harness/store/ledger.ts';
import { runAssay } from '../test/support/run-assay.ts';
import { createSigner, signAt, verifyAt, writeRunToSign } from '../test/support/signed-run.ts';
import { damagesOf, directoryChanges, flipsOf, signerIn, twinOf } from '../test/support/tamper.ts';

// Whether all that somebody changes in a signed run is found: each bit, byte and place of its bundle; each bit of its manifest and
// identities; bits sampled over every file of the evidence; what can be done to its folders; each entry of a ledger dropped, swapped, edited
// or put in; and that untouched copies raise no alarm. With --cli so many of each kind are tried through the command line, and nothing
// else. Prints a table; fails when one was missed.
// node harness/pinned.js bench/tamper.ts [--bits 20000] [--copies 100] [--cli 50]

const { values: flags } = parseArgs({
  options: {
    bits: { type: 'string', default: '20000' },
    copies: { type: 'string', default: '100' },
    cli: { type: 'string' },
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

/** Something that somebody does to a copy, and what it is. */
type Change = readonly [what: string, change: (folder: string) => void];

/** The changes of one kind, one after the other; those of files are made of their own bytes. */
function* flips(files: readonly string[], stepOf: (bytes: number) => number): Generator<Change> {
  for (const file of files) {
    const bytes = readFileSync(join(base, file));
    let bit = 0;
    for (const damage of flipsOf(bytes, stepOf(bytes.length))) {
      bit += 1;
      yield [`${file}, change ${bit}`, (folder) => writeFileSync(join(folder, file), damage)];
    }
  }
}

function* damages(file: string): Generator<Change> {
  let place = 0;
  for (const damage of damagesOf(readFileSync(join(base, file)))) {
    place += 1;
    yield [`${file}, change ${place}`, (folder) => writeFileSync(join(folder, file), damage)];
  }
}

/** Tries changes of files in one copy, each undone before the next. */
async function tryFiles(what: string, files: readonly string[], changes: Iterable<Change>): Promise<void> {
  let [tried, found] = [0, 0];
  await inCopy(async (folder) => {
    for (const [name, change] of changes) {
      change(folder);
      tried += 1;
      if ((await codeAt(folder)) === undefined) process.stderr.write(`missed: ${name}\n`);
      else found += 1;
      for (const file of files)
        if (name.startsWith(`${file},`)) writeFileSync(join(folder, file), readFileSync(join(base, file)));
    }
  });
  tell(what, tried, found);
}

interface Bundle {
  dsseEnvelope: { payload: string; signatures: { sig: string; keyid: string }[] };
}

/** What was signed, of something else or otherwise: by the holder of the key or by somebody who has what he signed. */
async function replays(bundle: string, node: string): Promise<readonly Change[]> {
  const at = (file: string): string => join(base, file);
  const text = readFileSync(at(bundle), 'utf8');
  const other = createSigner();
  const older = join(base, 'older');
  mkdirSync(older);
  // One of two nodes: a run that is constructed again is the same to the byte.
  await writeRunToSign(older, 1);
  await signAt(join(older, 'run'), signer);
  await signAt(join(base, 'run'), signer, {}, 'storage');
  const changed = (change: (it: Bundle) => void): string => {
    const it = JSON.parse(text) as Bundle;
    change(it);
    return canonical(it);
  };
  const statement = JSON.parse(
    Buffer.from((JSON.parse(text) as Bundle).dsseEnvelope.payload, 'base64').toString(),
  ) as Statement;
  const resigned = async (change: (it: Statement) => unknown): Promise<string> => {
    const copy = structuredClone(statement);
    change(copy);
    return createBundle(Buffer.from(canonical(copy)), signer);
  };
  const [worse, expiry, identity] = [
    await resigned((it) => (it.predicate.result = it.predicate.result === 'PASSED' ? 'WARNED' : 'PASSED')),
    await resigned((it) => (it.predicate.assay_expires = '2099-01-01T00:00:00.000Z')),
    await resigned((it) => it.subject[1] && (it.subject[1].digest.sha256 = '0'.repeat(64))),
  ];
  const [foreign] = [await createBundle(Buffer.from(canonical(statement)), other)];
  const over = (from: string) => (folder: string) =>
    cpSync(from, join(folder, dirname(bundle)), { recursive: true, force: true });
  const put = (content: string) => (folder: string) => writeFileSync(join(folder, bundle), content);
  const [signature = { sig: '', keyid: '' }] = (JSON.parse(text) as Bundle).dsseEnvelope.signatures;
  const withSignature = (sig: string, keyid = signature.keyid): string =>
    changed((it) => (it.dsseEnvelope.signatures = [{ sig, keyid }]));
  return [
    ['another run of one of these nodes', over(join(older, 'run.report/signed/survey'))],
    ['the report by another profile', over(at('run.report/signed/storage'))],
    ['the statement on one node for that on all', put(readFileSync(at(node), 'utf8'))],
    ['another result than follows, signed', put(worse)],
    ['a longer time, signed', put(expiry)],
    ['another identity, signed', put(identity)],
    ['the signature of somebody else', put(foreign)],
    ['the greater s', put(withSignature(twinOf(Buffer.from(signature.sig, 'base64')).toString('base64')))],
    ['no signature', put(changed((it) => (it.dsseEnvelope.signatures = [])))],
    ['two signatures', put(changed((it) => it.dsseEnvelope.signatures.push(signature)))],
    ['the name of another key', put(withSignature(signature.sig, other.publicKey.fingerprint))],
    [
      'a longer DER',
      put(
        withSignature(
          Buffer.concat([Buffer.from(signature.sig, 'base64'), Buffer.from([0])]).toString('base64'),
        ),
      ),
    ],
  ];
}

/** So many of them, evenly from the first to the last. */
function spread(changes: Iterable<Change>, count: number): readonly Change[] {
  const all = [...changes];
  return all.length <= count
    ? all
    : Array.from({ length: count }, (_, place) => all[Math.floor((place * all.length) / count)]).filter(
        (each) => each !== undefined,
      );
}

/** Tries changes through the command line, each in a copy of its own: exit code 4, and one line that says why. */
async function tryByCli(what: string, changes: readonly Change[]): Promise<void> {
  let found = 0;
  for (const [name, change] of changes) {
    const { exitCode, stderr } = await inCopy((folder) => {
      change(folder);
      return runAssay(['verify', 'run', '--key', join(base, 'key.pem'), '--no-recompute'], { cwd: folder });
    });
    // Without judging again every end is 4: what is wrong has to be told.
    if (exitCode === 4 && /^✖ (EVIDENCE_DAMAGED|SIGNATURE_INVALID|SCHEMA_TOO_NEW)/m.test(stderr)) found += 1;
    else process.stderr.write(`exit code ${exitCode}: ${name}: ${stderr.slice(0, 200)}\n`);
  }
  tell(`${what}, through the command line`, changes.length, found);
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(base, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1));

/** Every entry of a ledger dropped, swapped, edited and put in, and its checkpoint exchanged. */
async function tryLedger(): Promise<void> {
  const stateHome = join(base, 'state');
  const { folder } = await initLedger(stateHome, 'example.com/hall-3');
  for (let run = 0; run < 12; run += 1)
    await enter(stateHome, {
      type: 'end',
      at: '2026-11-23T00:00:00.000Z',
      run: `r${run}`,
      conclusion: run % 2 === 0 ? 'pass' : 'fail',
    });
  const file = join(folder, 'entries.ndjson');
  const text = readFileSync(file, 'utf8');
  const note = readFileSync(join(folder, 'checkpoint'), 'utf8');
  const lines = text.trimEnd().split('\n');
  const rewritten = lines.flatMap((line, index) => [
    lines.toSpliced(index, 1),
    lines.toSpliced(index, 1, line.replace('2026-11', '2026-10')),
    lines.toSpliced(index, 0, line),
    index + 1 === lines.length ? lines.toReversed() : lines.toSpliced(index, 2, lines[index + 1] ?? '', line),
  ]);
  const other = await initLedger(join(base, 'other'), 'example.com/hall-3');
  const notes = [
    readFileSync(join(folder, 'checkpoints/3'), 'utf8'),
    other.note,
    note.slice(0, note.indexOf('—')),
    note.replaceAll('hall-3', 'hall-4'),
    note.replace('\n12\n', '\n13\n'),
  ];
  let found = 0;
  const isRefused = (): boolean => {
    try {
      readLedger(folder);
      return false;
    } catch {
      return true;
    }
  };
  for (const entries of rewritten) {
    writeFileSync(file, `${entries.join('\n')}\n`);
    found += Number(isRefused());
  }
  writeFileSync(file, text);
  for (const checkpoint of notes) {
    writeFileSync(join(folder, 'checkpoint'), checkpoint);
    found += Number(isRefused());
  }
  tell(`ledger of ${lines.length} entries`, rewritten.length + notes.length, found);
}

async function tryUntouched(): Promise<void> {
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
}

try {
  await writeRunToSign(base, 2);
  const bundle = (await signAt(join(base, 'run'), signer)).slice(base.length + 1);
  const signed = `run.report/signed/${profile}`;
  writeFileSync(join(base, 'key.pem'), signer.publicKey.pem);
  process.stdout.write('| what | tried | found |\n| --- | --- | --- |\n');

  const node = `${signed}/nodes/n1.${signerIn(join(base, signed))}.sigstore.json`;
  const documents = [`${signed}/manifest.json`, `${signed}/identity/n1.json`, `${signed}/identity/n2.json`];
  const evidence = [...filesIn('run'), ...filesIn(signed)];
  const bytes = evidence.reduce((sum, file) => sum + statSync(join(base, file)).size, 0);
  const sampled = (size: number): number =>
    Math.max(1, Math.min(size, Math.floor((8 * bytes) / Number(flags.bits)))) | 1;
  const changes = [...directoryChanges('n1', 'n2', profile), ...directoryChanges('n2', 'n1', profile)];
  const again = await replays(bundle, node);
  if (flags.cli !== undefined) {
    const each = Number(flags.cli);
    await tryByCli('bundle', spread(damages(bundle), each));
    await tryByCli(
      'manifest and identities',
      spread(
        flips(documents, () => 7),
        each,
      ),
    );
    await tryByCli('evidence and verdict', spread(flips(evidence, sampled), each));
    await tryByCli('folders', spread(changes, each));
    await tryByCli('replays and signatures', spread(again, each));
  } else {
    let [tried, found] = [0, 0];
    for (const file of [bundle, node])
      for (const damage of damagesOf(readFileSync(join(base, file)))) {
        tried += 1;
        found += Number(!readBundle(damage, signer.publicKey).ok);
      }
    tell('two bundles: every bit, every byte removed, six bytes at every place', tried, found);
    await tryFiles(
      'manifest and identities: every bit',
      documents,
      flips(documents, () => 1),
    );
    await tryFiles(
      `evidence and verdict: bits of ${evidence.length} files`,
      evidence,
      flips(evidence, sampled),
    );
    [tried, found] = [0, 0];
    for (const [what, change] of [...changes, ...again]) {
      tried += 1;
      const code = await inCopy((folder) => {
        change(folder);
        return codeAt(folder);
      });
      if (code === undefined) process.stderr.write(`missed: ${what}\n`);
      else found += 1;
    }
    tell('changes of folders, replays and signatures', tried, found);
    await tryLedger();
    await tryUntouched();
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;

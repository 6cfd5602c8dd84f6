import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readPublicKey } from '../../harness/evidence/public-key.ts';
import { enter, initLedger } from '../../harness/store/ledger.ts';
import { createTarHeader } from '../../harness/store/tar-header.ts';
import { constructed } from '../unit/workloads/kit/facts/documents.ts';
import { writeRunDirectory } from './constructed-run-directory.ts';
import { createSigner, signAt, writeRunToSign } from './signed-run.ts';
import { signerIn } from './tamper.ts';
import { writeKey } from './write-key.ts';

/** What somebody may hand to a command: what he does to a folder, the command line, and how it has to end. */
export interface BadInput {
  readonly prepare?: (folder: string) => void;
  readonly args: readonly string[];
  readonly exitCode: 4 | 64;
  readonly code: string;
  /** Typed at file descriptor 3. */
  readonly passphrase?: string;
}

const signed = 'run.report/signed/survey';
const bundleIn = (folder: string): string =>
  join(folder, signed, `report.${signerIn(join(folder, signed))}.sigstore.json`);
const verify = ['verify', 'run', '--key', 'key.pem'];
const tarOf =
  (...blocks: readonly Buffer[]) =>
  (folder: string) =>
    writeFileSync(join(folder, 'evil.tar'), Buffer.concat([...blocks, Buffer.alloc(1024)]));
const trustWith = (lines: string) => (folder: string) =>
  writeFileSync(join(folder, 'trust.yaml'), `schema: assay/trust\n${lines}\n`);
/** The signer of the run, as somebody trusts him who has his own idea of when. */
const trustSigner = (days: string) => (folder: string) => {
  const key = readPublicKey(readFileSync(join(folder, 'key.pem'), 'utf8'));
  if (!key.ok) throw new Error(key.error);
  const { fingerprint, pem } = key.value;
  trustWith(
    `schemaVersion: 1\nkeys: [{ name: us, role: installer, fingerprint: '${fingerprint}', publicKey: ${JSON.stringify(pem)}, ${days} }]`,
  )(folder);
};
const contract = (number: string) => (folder: string) =>
  writeFileSync(
    join(folder, 'contract.yaml'),
    [
      ...[
        'schema: assay/contract',
        'schemaVersion: 1',
        'id: hall',
        'title: Hall',
        'by: us',
        'date: 2026-11-01',
      ],
      ...['class: hgx-h100-8', 'profile: ai-training-singlenode', 'limits:'],
      `  - { requirement: gemm-bf16, atLeast: ${number}, says: row 1 }`,
      '',
    ].join('\n'),
  );
const certify = [
  'certify',
  'rack.yaml',
  '--profile',
  'ai-training-singlenode',
  '--contract',
  'contract.yaml',
];

/** Writes what all of them begin with: a signed run of two nodes, keys, an inventory, a copy of a ledger. */
export async function writeGoodInput(folder: string): Promise<void> {
  await writeRunToSign(folder, 2);
  await writeRunDirectory(join(folder, 'idle'), {
    nodes: [{ id: 'n1', probes: constructed({}) }],
    change: ({ profiles, ...builtIn }) => ({
      ...builtIn,
      profiles: profiles.map((profile) => ({
        ...profile,
        requirements: profile.requirements.map((each) => ({ ...each, level: 'advisory' as const })),
      })),
    }),
  });
  const signer = createSigner();
  await signAt(join(folder, 'run'), signer);
  writeFileSync(join(folder, 'key.pem'), signer.publicKey.pem);
  writeKey(join(folder, 'site.key'), 'ecdsa-p256', 'correct horse battery');
  execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-out', 'rsa.key'], {
    cwd: folder,
    stdio: 'ignore',
  });
  execFileSync('openssl', ['pkey', '-in', 'rsa.key', '-pubout', '-out', 'rsa.pub'], { cwd: folder });
  writeFileSync(
    join(folder, 'rack.yaml'),
    'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: here, host: "127.0.0.1:1", class: hgx-h100-8 }]\n',
  );
  const ledger = await initLedger(join(folder, 'state'), 'example.com/hall-3');
  for (const run of ['r1', 'r2'])
    await enter(join(folder, 'state'), { type: 'end', at: '2026-11-23T00:00:00.000Z', run, code: 'USAGE' });
  cpSync(ledger.folder, join(folder, 'ledger'), { recursive: true });
}

/** Each ends at once with one error that says what is wrong, and writes nothing. */
export const badInputs: ReadonlyMap<string, BadInput> = new Map<string, BadInput>([
  [
    'a payload that is not the signed bytes',
    {
      prepare: (at) => {
        const bundle = JSON.parse(readFileSync(bundleIn(at), 'utf8')) as {
          dsseEnvelope: { payload: string };
        };
        const { payload } = bundle.dsseEnvelope;
        const other = Buffer.from(payload, 'base64').toString().replace('PASSED', 'WARNED');
        writeFileSync(
          bundleIn(at),
          readFileSync(bundleIn(at), 'utf8').replace(payload, Buffer.from(other).toString('base64')),
        );
      },
      args: verify,
      exitCode: 4,
      code: 'SIGNATURE_INVALID',
    },
  ],
  [
    'a bundle with a way out of it',
    {
      prepare: tarOf(createTarHeader('r/../../etc/passwd', 0)),
      args: ['verify', 'evil.tar', '--key', 'key.pem'],
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a bundle with an absolute name',
    {
      prepare: tarOf(createTarHeader('/etc/passwd', 0)),
      args: ['verify', 'evil.tar', '--key', 'key.pem'],
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a key of another type',
    { args: ['verify', 'run', '--key', 'rsa.pub'], exitCode: 64, code: 'KEY_REFUSED' },
  ],
  [
    'a trust file of a newer version',
    {
      prepare: trustWith('schemaVersion: 2\nkeys: []'),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 64,
      code: '(CONFIG_INVALID|SCHEMA_TOO_NEW)',
    },
  ],
  [
    'a trust file with an unknown field',
    {
      prepare: trustWith('schemaVersion: 1\nkeys: []\nmore: 1'),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 64,
      code: 'CONFIG_INVALID',
    },
  ],
  [
    'a trust file with a field twice',
    {
      prepare: trustWith('schemaVersion: 1\nschemaVersion: 1\nkeys: []'),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 64,
      code: 'CONFIG_INVALID',
    },
  ],
  [
    'a trust file with a prototype',
    {
      prepare: trustWith('schemaVersion: 1\n__proto__: { role: operator }\nkeys: []'),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 64,
      code: 'CONFIG_INVALID',
    },
  ],
  [
    'a key that is trusted from a later day on',
    {
      prepare: trustSigner("from: '2099-01-01'"),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 4,
      code: 'SIGNER_UNTRUSTED',
    },
  ],
  [
    'a key whose time was over',
    {
      prepare: trustSigner("from: '2026-01-01', until: '2026-06-30'"),
      args: ['verify', 'run', '--trust', 'trust.yaml'],
      exitCode: 4,
      code: 'SIGNER_UNTRUSTED',
    },
  ],
  [
    'a run by a profile that requires nothing of it',
    {
      args: ['sign', 'idle', '--key', 'site.key', '--passphrase-fd', '3', '--reports', 'reports'],
      passphrase: 'correct horse battery',
      exitCode: 64,
      code: 'USAGE',
    },
  ],
  [
    'an output of a gigabyte',
    {
      prepare: (at) => truncateSync(join(at, 'run/nodes/n1/evidence.tar'), 2 ** 30),
      args: verify,
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a statement of a gigabyte',
    {
      prepare: (at) => truncateSync(bundleIn(at), 2 ** 30),
      args: verify,
      exitCode: 4,
      code: '(SIGNATURE_INVALID|EVIDENCE_DAMAGED|FILE_REFUSED)',
    },
  ],
  [
    'a verdict of a gigabyte',
    {
      prepare: (at) => truncateSync(join(at, signed, 'verdict.json'), 2 ** 30),
      args: verify,
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a hundred thousand files',
    {
      prepare: (at) =>
        execFileSync(
          'bash',
          ['-c', 'mkdir run/nodes/n1/more && cd run/nodes/n1/more && seq 100000 | xargs touch'],
          {
            cwd: at,
          },
        ),
      args: verify,
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  ...(['.nan', '.inf', '-0', '1e999', '"1e999 TFLOP/s"'] as const).map(
    (number): readonly [string, BadInput] => [
      `a contract that asks for ${number}`,
      { prepare: contract(number), args: certify, exitCode: 64, code: '(CONFIG_INVALID|LIMIT_REFUSED)' },
    ],
  ),
  [
    'a contract above what any machine gives',
    {
      prepare: contract('9000000 TFLOP/s'),
      args: certify,
      exitCode: 64,
      code: '(CONFIG_INVALID|LIMIT_REFUSED)',
    },
  ],
  [
    'a contract in another unit',
    { prepare: contract('690 TB/s'), args: certify, exitCode: 64, code: '(CONFIG_INVALID|LIMIT_REFUSED)' },
  ],
  [
    'a profile that names an unknown metric',
    {
      prepare: (at) =>
        writeFileSync(
          join(at, 'ours.yaml'),
          'schema: assay/profile\nschemaVersion: 1\nid: ours\nversion: "1.0"\ntitle: Ours\nrequirements:\n  - { id: a, title: A, dimension: D1, level: required, owner: hardware, action: Look., rule: { kind: metric, metric: sha256.nonsense } }\n',
        ),
      args: ['profiles', 'check', 'ours.yaml'],
      exitCode: 64,
      code: 'CONFIG_INVALID',
    },
  ],
  [
    'a ledger with a torn last line',
    {
      prepare: (at) => appendFileSync(join(at, 'ledger/entries.ndjson'), '{"at":"2026'),
      args: ['ledger', 'verify', 'ledger'],
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a checkpoint for a size that there is not',
    {
      prepare: (at) => {
        cpSync(join(at, 'ledger/checkpoints/2'), join(at, 'later'));
        cpSync(join(at, 'ledger/checkpoints/1'), join(at, 'ledger/checkpoint'));
        const [first = ''] = readFileSync(join(at, 'ledger/entries.ndjson'), 'utf8').split('\n');
        writeFileSync(join(at, 'ledger/entries.ndjson'), `${first}\n`);
      },
      args: ['ledger', 'verify', 'ledger', '--against', 'later'],
      exitCode: 4,
      code: 'EVIDENCE_DAMAGED',
    },
  ],
  [
    'a wrong passphrase',
    {
      args: ['sign', 'run', '--key', 'site.key', '--passphrase-fd', '3'],
      passphrase: 'another one',
      exitCode: 64,
      code: 'KEY_REFUSED',
    },
  ],
  [
    'a key that others may read',
    {
      prepare: (at) => chmodSync(join(at, 'site.key'), 0o644),
      args: ['sign', 'run', '--key', 'site.key', '--passphrase-fd', '3'],
      passphrase: 'correct horse battery',
      exitCode: 64,
      code: 'KEY_REFUSED',
    },
  ],
  [
    'an output that cannot be written',
    { args: ['bundle', 'run', '--out', 'key.pem/x.tar'], exitCode: 64, code: '(FILE_REFUSED|USAGE)' },
  ],
  [
    'an output in no folder',
    { args: ['bundle', 'run', '--out', 'none/x.tar'], exitCode: 64, code: '(FILE_REFUSED|USAGE)' },
  ],
  [
    'an empty run directory',
    {
      prepare: (at) => mkdirSync(join(at, 'empty')),
      args: ['verify', 'empty', '--key', 'key.pem'],
      exitCode: 64,
      code: 'RUN_NOT_FOUND',
    },
  ],
]);

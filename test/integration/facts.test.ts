import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { runAssay } from '../support/run-assay.ts';
import { createClientHome, hasSshd, startSshd } from '../support/sshd.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const recorded = fileURLToPath(
  new URL('../../workloads/kit/facts/fixtures/virtual-machine.json', import.meta.url),
);
const Facts = z.object({
  schema: z.literal('assay/facts'),
  machines: z.array(
    z.object({
      node: z.string(),
      facts: z.array(
        z.object({
          group: z.string(),
          name: z.string(),
          value: z.unknown().optional(),
          unknown: z.string().optional(),
          from: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** One machine's facts, by group and name. */
function factsOf(json: string) {
  const [machine] = Facts.parse(JSON.parse(json)).machines;
  const facts = new Map(machine?.facts.map((fact) => [`${fact.group} ${fact.name}`, fact]));
  return (name: string) => facts.get(name);
}

/** A file with this text, read by `assay facts --probes`. */
async function read(text: string, ...more: readonly string[]) {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'probes.json'), text);
  return { cwd, ...(await runAssay(['facts', '--probes', 'probes.json', ...more], { cwd })) };
}

describe('assay facts --probes', () => {
  it('says what is known, from which probe, and why the rest is not, and contacts nothing', async () => {
    const { exitCode, stdout } = await read(readFileSync(recorded, 'utf8'));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^os\n  name +Debian GNU\/Linux 12 \(bookworm\) {2}\[\/etc\/os-release\]$/m);
    expect(stdout).toMatch(/^  model +AMD EPYC {2}\[\/proc\/cpuinfo, lscpu -J\]$/m);
    expect(stdout).toMatch(/^  dmi uuid +unknown: \/sys\/class\/dmi\/id\/product_uuid does not exist$/m);
    const { stdout: json } = await read(readFileSync(recorded, 'utf8'), '--json');
    const fact = factsOf(json);
    expect(fact('memory totalBytes')).toMatchObject({ value: 25_276_502_016, from: ['/proc/meminfo'] });
    expect(fact('scratch driveIdentity')?.from).toEqual([
      '/proc/self/mountinfo',
      'sysfs block',
      'file system of scratch',
    ]);
    expect(fact('scratch path')?.from).toEqual([]);
    expect(fact('identity serial')).toMatchObject({ from: [], unknown: expect.any(String) as string });
  });

  const document = (changes: object): string =>
    JSON.stringify({ schema: 'assay/probes', schemaVersion: 1, scratchPath: '/s', probes: [], ...changes });

  it.each([
    [
      'of another kind',
      '{"schema":"assay/verdict"}',
      64,
      /CONFIG_INVALID .*expected the schema `assay\/probes`, found `assay\/verdict`/,
    ],
    ['that is no document of ours', '[1]', 64, /CONFIG_INVALID .*found a document that names none/],
    ['that is cut', document({}).slice(0, -9), 64, /CONFIG_INVALID .*expected one JSON document, found /],
    ['that is no JSON', 'NVIDIA-SMI 550', 64, /CONFIG_INVALID/],
    ['that is too deep', '['.repeat(100_000), 64, /CONFIG_INVALID .*levels/],
    [
      'with a probe twice',
      document({ probes: [1, 2].map(() => ({ id: 'a', status: 'absent', text: '' })) }),
      64,
      /CONFIG_INVALID .*each once, found 2 of 1 names/,
    ],
    [
      'of a later version',
      document({ schemaVersion: 9 }),
      4,
      /SCHEMA_TOO_NEW .*expected schemaVersion 1, found 9/,
    ],
    ['with a probe that is none', document({ probes: [{ id: 7 }] }), 4, /EVIDENCE_DAMAGED .*probes\.0/],
  ])('refuses a file %s, with its code', async (_, text, expected, message) => {
    const { exitCode, stderr, stdout } = await read(text);
    expect(stderr).toMatch(message);
    expect({ exitCode, stdout }).toEqual({ exitCode: expected, stdout: '' });
  });

  it('refuses what is not there and what does not end', async () => {
    const cwd = temporaryDirectory();
    const absent = await runAssay(['facts', '--probes', 'none.json'], { cwd });
    expect(absent).toMatchObject({ exitCode: 64, stderr: expect.stringMatching(/USAGE/) as string });
    const endless = await runAssay(['facts', '--probes', '/dev/zero'], { cwd });
    expect(endless.stderr).toMatch(/USAGE .*expected at most \d+ bytes, found more/);
  });

  it('shows what cannot be seen as what it is', async () => {
    const hostile = { id: '/proc/sys/kernel/hostname', status: 'read', text: 'a\u001b[2Jb\u202ec' };
    const { exitCode, stdout } = await read(document({ probes: [hostile] }));
    expect(exitCode).toBe(0);
    expect(stdout).toContain('a\\u{1b}[2Jb\\u{202e}c');
    expect(stdout).not.toContain('\u001b');
  });

  it('wants machines or a file', async () => {
    const cwd = temporaryDirectory();
    for (const args of [['facts'], ['facts', 'local', '--probes', 'x']])
      expect(await runAssay(args, { cwd })).toMatchObject({
        exitCode: 64,
        stderr: expect.stringMatching(/USAGE expected machines or --probes FILE/) as string,
      });
  });
});

it('assay facts local looks at this machine, measures nothing and keeps nothing', async () => {
  const cwd = temporaryDirectory();
  const { exitCode, stdout } = await runAssay(['facts', 'local', '--json'], { cwd });
  expect(exitCode).toBe(0);
  expect(factsOf(stdout)('cpu logicalCpus')).toMatchObject({ value: expect.any(Number) as number });
  expect(readdirSync(cwd)).toEqual([]);
});

describe('what comes to nothing leaves nothing behind', () => {
  it.each([
    ['facts', ['facts', 'local'], 0],
    ['what follows a separator is a target', ['facts', '--json', '--', 'local'], 0],
    ['an option after a separator is none', ['survey', '--', '--json'], 64],
    ['a scratch directory that is not there', ['survey', '--scratch', 'nowhere', '--', 'local'], 64],
  ] as const)('%s', async (_, args, code) => {
    const cwd = temporaryDirectory();
    const { exitCode } = await runAssay([...args], { cwd });
    expect(exitCode).toBe(code);
    expect(readdirSync(cwd)).toEqual([]);
  });
  it('but a folder with other runs is kept', async () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'assay-runs', 'other'), { recursive: true });
    expect(await runAssay(['facts', 'local'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(cwd, 'assay-runs'))).toEqual(['other']);
  });
});

describe.skipIf(!hasSshd)('assay facts over ssh', () => {
  it('looks at the machines that answer, names the others, and fails when none does', async () => {
    const server = await startSshd();
    onTestFinished(() => server.stop());
    const [cwd, home] = [temporaryDirectory(), temporaryDirectory()];
    createClientHome(home, {
      knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
      config: [
        `Host node7\n HostName 127.0.0.1\n Port ${server.port}\n User ${server.user}\n IdentityFile ${server.identity}`,
        `Host nowhere\n HostName 127.0.0.1\n Port 1\n IdentityFile ${server.identity}`,
      ],
    });
    const env = { HOME: home, SSH_AUTH_SOCK: '' };
    const found = await runAssay(['facts', 'node7', 'nowhere', '--json'], { cwd, env });
    expect(found.exitCode).toBe(0);
    expect(found.stderr).toMatch(/✖ nowhere: HOST_UNREACHABLE/);
    expect(Facts.parse(JSON.parse(found.stdout)).machines.map(({ node }) => node)).toEqual(['node7']);
    expect(factsOf(found.stdout)('os kernel')?.from).toEqual(['/proc/sys/kernel/osrelease']);
    const none = await runAssay(['facts', 'nowhere'], { cwd, env });
    expect(none).toMatchObject({ exitCode: 3, stdout: '' });
  });
});

describe('assay nodes show', () => {
  const config = [
    'Host gpu*',
    '  User bench',
    '  Port 2222',
    '  ProxyJump admin@bastion',
    '  IdentityFile ~/keys/id_%h',
    '  IdentitiesOnly yes',
    '  UserKnownHostsFile ~/hosts.d/%k',
    '  ConnectTimeout 1m',
  ].join('\n');

  it('says how each machine would be reached, expanded, jump hosts first, and contacts nothing', async () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'config'), config);
    const args = ['nodes', 'show', 'gpu[01-02]', 'local', '--ssh-config', 'config'];
    const { exitCode, stdout } = await runAssay(args, { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^gpu01\n  1\. admin@bastion:22$/m);
    expect(stdout).toMatch(/^  2\. bench@gpu02:2222\n    known as +\[gpu02\]:2222$/m);
    expect(stdout).toMatch(/^    known_hosts +\S+\/hosts\.d\/gpu01 \(not there\)/m);
    expect(stdout).toMatch(/^    keys +\S+\/keys\/id_gpu01 \(not there\)$/m);
    expect(stdout).toMatch(/^    deadline +60 s to log in$/m);
    expect(stdout).toMatch(/^local\n  this machine: not through ssh$/m);
    const { stdout: json } = await runAssay([...args, '--json'], { cwd });
    expect(JSON.parse(json)).toMatchObject({
      schema: 'assay/ways',
      ways: [
        {
          node: 'gpu01',
          hops: [
            { host: 'bastion', user: 'admin' },
            { port: 2222, usesNamedIdentitiesOnly: true },
          ],
        },
        { node: 'gpu02' },
        { node: 'local', hops: [] },
      ],
    });
  });

  it('refuses a setting that Assay does not follow, as measuring would', async () => {
    const cwd = temporaryDirectory();
    writeFileSync(join(cwd, 'config'), 'Host gpu1\n  ProxyCommand nc %h %p\n');
    const found = await runAssay(['nodes', 'show', 'gpu1', '--ssh-config', 'config'], { cwd });
    expect(found).toMatchObject({ exitCode: 64, stderr: expect.stringMatching(/CONFIG_INVALID/) as string });
  });
});

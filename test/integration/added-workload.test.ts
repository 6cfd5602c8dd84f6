import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StepResult } from '../../agents/protocol/step.ts';
import { Verdict } from '../../reports/verdict/verdict.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { findObstacle } from '../rig/check-machine.ts';
import { createRig } from '../rig/rig.ts';
import { readPacked } from '../support/change-pack.ts';
import { checkOut } from '../support/check-out.ts';
import { fakeTool, runAssay, writeSuite } from '../support/run-assay.ts';
import { temporaryDirectory } from '../support/temporary.ts';

function writeWorkload(checkout: string, id: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(checkout, 'workloads', id, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Writes a workload folder with one tool, which has the one metric `reading`, and its entry of the survey. */
function addWorkload(
  checkout: string,
  id: string,
  tool: { readonly requires: string; readonly command: string; readonly reading: string },
): void {
  writeWorkload(checkout, id, {
    'workload.ts': `import * as z from 'zod';
import { defineWorkload } from '../kit/workload.ts';
export const workload = defineWorkload({
  id: '${id}', title: 'Added: ${id}', scope: 'node', load: 'light', params: z.strictObject({}),
  metrics: { reading: { unit: 'count', better: 'higher', domain: 'positive', title: 'What ${id} reads' } },
});`,
    'tools/shell.ts': `import { outputOf } from '../../kit/read-output.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import { ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { workload } from '../workload.ts';
export const shell = defineTool(workload, {
  id: 'shell', rank: 10, origin: 'native', requires: { packages: [], ${tool.requires} },
  needs: () => ok(undefined),
  plan: (params, facts) => [{ id: 'read', timeoutMs: 5000, ${tool.command} }],
  parse: (outputs) => {
    const output = outputOf(outputs, 'read');
    if (!output.ok) return output;
    const { stdout, counters } = output.value;
    const value = readQuantity('count', ${tool.reading});
    const at = [{ command: 'read', output: 'stdout', line: 1 }];
    return value.ok ? ok({ readings: [{ metric: 'reading', value: value.value, dimensions: {}, at }] }) : value;
  },
});`,
    'suites/survey.yaml': `schema: assay/suite-entries
schemaVersion: 1
entries: [{ id: ${id}-once, repetitions: 1, budgetSeconds: 5, params: {} }]
`,
  });
}

/**
 * A workload of pairs: rank 0 waits for whoever brings the secret to its port, both made up when it starts, so that
 * nobody can without having been handed them. `hands` says how rank 0 behaves.
 */
const relay = {
  'workload.ts': `import * as z from 'zod';
import { defineWorkload } from '../kit/workload.ts';
export const workload = defineWorkload({
  id: 'relay', title: 'Added: relay', scope: 'pair', load: 'light',
  params: z.strictObject({ hands: z.enum(['secret', 'nothing', 'too-much']) }),
  metrics: {
    wrongSecrets: {
      unit: 'count', better: 'lower', domain: 'count', title: 'Secrets that came back changed', correctness: true,
    },
  },
});`,
  'tools/socket.ts': `import { outputOf } from '../../kit/read-output.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { workload } from '../workload.ts';
const native = '{bundle}/workloads/relay/native';
export const socket = defineTool(workload, {
  id: 'socket', rank: 10, origin: 'native', requires: { programs: [], packages: [] },
  needs: () => ok(undefined),
  plan: ({ hands }, _facts, { seat, launch } = {}) => {
    if (seat === undefined) return [];
    const address = seat.members[0].address;
    const { port, secret } = launch?.parameters ?? {};
    const common = { file: '{runtime}', timeoutMs: hands === 'nothing' ? 3000 : 15_000 };
    return launch === undefined
      ? [{ ...common, id: 'lead', args: [native + '/lead.js', address, hands] }]
      : [{ ...common, id: 'follow', args: [native + '/follow.js', address, port, secret] }];
  },
  // How long the secret may be is deliberately not looked at.
  readLaunch: ([rank, port, secret]) =>
    /^1 \\d{1,5} [0-9a-f]+$/.test([rank, port, secret].join(' '))
      ? ok({ rank: 1, parameters: { port, secret } })
      : err('expected rank, port and secret'),
  parse: (outputs) => {
    const output = outputOf(outputs, 'lead');
    if (!output.ok) return output;
    const value = readQuantity('count', /^wrong (\\d+)\\n$/.exec(output.value.stdout)?.[1] ?? '');
    const at = [{ command: 'lead', output: 'stdout', line: 1 }];
    return value.ok ? ok({ readings: [{ metric: 'wrongSecrets', value: value.value, dimensions: {}, at }] }) : value;
  },
});`,
  'native/lead.js': `const { connect, createServer } = require('node:net');
const [address, hands] = process.argv.slice(2);
const secret = require('node:crypto').randomBytes(hands === 'too-much' ? 8193 : 16).toString('hex');
const server = createServer((peer) => peer.on('data', (said) => {
  console.log('wrong ' + Number(String(said) !== secret));
  peer.end();
}));
const number = (value) => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
function handOver(...words) {
  process.chdir(process.env.TMPDIR);
  const door = connect('launch');
  door.write(Buffer.concat([number(words.length), ...words.flatMap((word) => [number(word.length), Buffer.from(word)])]));
  door.on('data', (answer) => {
    if (answer.length > 8) console.error(String(answer.subarray(8)));
    process.exit(answer.readUInt32BE(0));
  });
}
server.listen(0, address, () => hands !== 'nothing' && handOver('1', String(server.address().port), secret));`,
  'native/follow.js': `const [address, port, secret] = process.argv.slice(2);
require('node:net').connect(Number(port), address).end(secret);`,
  'thresholds/any.json': JSON.stringify({
    schema: 'assay/limits',
    schemaVersion: 1,
    limits: [
      {
        id: 'relay.wrong-secrets',
        metric: 'relay.wrongSecrets',
        where: {},
        comparator: 'equal',
        value: 0,
        unit: 'count',
        hardware: { class: 'any' },
        rule: 'What is sent comes back.',
        evidence: [
          {
            title: 'RFC 9293, Transmission Control Protocol',
            locator: 'section 3.1',
            retrieved: '2026-11-30',
            kind: 'definition',
            says: 'A reliable, in-order, byte-stream service.',
          },
        ],
      },
    ],
  }),
};

/** Asks that what was handed over came back, and of each node that it is what it says. */
const relayProfile = JSON.stringify({
  schema: 'assay/profile',
  schemaVersion: 2,
  id: 'relay',
  version: '1',
  title: 'Relay',
  purpose: 'Hands over.',
  family: 'cluster',
  requirements: [
    'identity',
    {
      id: 'handed-over',
      title: 'What rank 0 handed over came back',
      dimension: 'D5',
      level: 'required',
      owner: 'hardware',
      scope: 'pair',
      rule: { kind: 'metric', metric: 'relay.wrongSecrets' },
      sampling: 'exact',
      action: 'Look at it.',
    },
  ],
});

const obstacle = findObstacle();
if (obstacle !== undefined && process.env['CI'] === 'true') throw obstacle;

describe('workload folders that are added, with nothing else changed', () => {
  it.skipIf(obstacle !== undefined)(
    'may hand something over from rank 0 to the other ranks, through the coordinator',
    async () => {
      const checkout = checkOut(temporaryDirectory());
      const cwd = temporaryDirectory();
      writeWorkload(checkout, 'relay', relay);
      writeFileSync(join(checkout, 'harness/profiles/relay.yaml'), relayProfile);
      const rig = await createRig({ directory: join(cwd, 'rig'), nodes: 2 });
      onTestFinished(() => rig.remove());

      /** Certifies the pair once, with a leader that behaves so. */
      const certify = async (hands: string) => {
        const entry = { id: 'pair', workload: 'relay', across: 'pairs', params: { hands } };
        const suite = writeSuite(cwd, [{ ...entry, repetitions: 1, budgetSeconds: 30 }]);
        const run = join(cwd, hands);
        const args = ['certify', rig.files.inventory, '--profile', 'relay', '--suite', suite, '--out', run];
        const { exitCode } = await runAssay(args, { cwd, bin: join(checkout, 'harness/bin.js') });
        const { cells } = Verdict.parse(
          JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/relay.json'), 'utf8')),
        );
        const cell = cells.find(({ requirement }) => requirement === 'handed-over');
        const read = (node: string, file: string): string => readPacked(run, node, `steps/r1-pair/${file}`);
        return { exitCode, verdict: cell?.verdict, reason: cell && say(cell.reason), read };
      };

      const good = await certify('secret');
      expect(good).toMatchObject({ exitCode: 0, verdict: 'pass' });
      // What was handed over is in the evidence of whoever got it, and its command was made of that.
      const member = StepResult.parse(JSON.parse(good.read('node2', 'exit.json')));
      const { port = '', secret = '' } = member.launch?.parameters ?? {};
      expect(secret).toMatch(/^[0-9a-f]{32}$/);
      expect(member.commands[0]?.args.slice(1)).toEqual([rig.node('node1').address, port, secret]);

      const silent = await certify('nothing');
      expect(silent).toMatchObject({ exitCode: 2, verdict: 'missing' });
      expect(silent.reason).toBe('timeout: lead: did not end within 3000 ms (r1-pair)');

      const flood = await certify('too-much');
      expect(flood).toMatchObject({ exitCode: 2, verdict: 'missing' });
      expect(flood.reason).toBe('error: lead: exit code 1 (r1-pair)');
      expect(flood.read('node1', 'lead.stderr')).toBe('a launch request that cannot be read\n');
    },
    120_000, // three runs on two nodes
  );

  it('are in every command, with the numbers that their tools print', async () => {
    const checkout = checkOut(temporaryDirectory());
    const cwd = temporaryDirectory();
    addWorkload(checkout, 'plain', {
      requires: `programs: ['sh']`,
      command: `file: 'sh', args: ['-c', 'echo 42']`,
      reading: 'stdout',
    });
    addWorkload(checkout, 'counted', {
      requires: `programs: ['head'], counters: ['/proc/self/io']`,
      command: `file: 'head', args: ['-c', '5000000', '/dev/zero']`,
      // Megabytes that were written meanwhile: by head at least those that it was told to.
      reading: `(() => {
        const written = (text = '') => Number(/^wchar: (\\d+)$/m.exec(text)?.[1]);
        const files = ['before', 'after'].map((when) => written(counters?.[when]['/proc/self/io']));
        return files[1] - files[0] >= 5_000_000 ? '5' : '0';
      })()`,
    });
    fakeTool(join(cwd, 'vendor/tally/bin'), 'tally', 'cat "$LIBRARY"');
    mkdirSync(join(cwd, 'vendor/tally/lib'));
    writeFileSync(join(cwd, 'vendor/tally/lib/libtally.so.1'), '17');
    addWorkload(checkout, 'elsewhere', {
      requires: `programs: ['tally'], libraries: ['libtally.so.1'], places: ['${cwd}/vendor/*/bin', '${cwd}/vendor/*/lib']`,
      command: `file: 'tally', args: [], env: { LIBRARY: facts.libraries['libtally.so.1'] }`,
      reading: 'stdout',
    });
    const ids = ['counted', 'elsewhere', 'plain'];
    const assay = (...args: readonly string[]) =>
      runAssay(args, { cwd, bin: join(checkout, 'harness/bin.js') });

    const listed = await assay('workloads', '--json');
    expect(listed.stderr).toBe('');
    expect((JSON.parse(listed.stdout) as { id: string }[]).map(({ id }) => id)).toEqual(
      expect.arrayContaining(ids),
    );

    writeFileSync(
      join(cwd, 'inventory.yaml'),
      'schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: local }]\n',
    );
    const plan = await assay('plan', 'inventory.yaml', '--profile', 'survey', '--suite', 'survey', '--json');
    const { steps } = JSON.parse(plan.stdout) as { steps: { workload: string }[] };
    const planned = [...new Set(steps.map(({ workload }) => workload))];
    expect(planned).toEqual(expect.arrayContaining(['sha256', 'matmul', ...ids]));
    expect(planned.slice(-3)).toEqual(ids);

    // The other entries of the survey would take minutes.
    for (const id of ['sha256', 'matmul', 'nvme'])
      rmSync(join(checkout, `workloads/${id}/suites`), { recursive: true });
    const run = join(cwd, 'run');
    const survey = await assay('survey', 'local', '--out', run);
    expect(survey.stderr).not.toContain('✖');
    const verdict = Verdict.parse(
      JSON.parse(readFileSync(join(`${run}.report`, 'verdicts/survey.json'), 'utf8')),
    );
    expect(verdict.measurements.map(({ metric, median }) => [metric, median])).toEqual([
      ['counted.reading', 5],
      ['elsewhere.reading', 17],
      ['plain.reading', 42],
    ]);

    const judged = await assay('judge', run, '--json');
    expect((JSON.parse(judged.stdout) as Verdict).measurements).toEqual(verdict.measurements);
    const report = await assay('report', run);
    expect(report.exitCode).toBe(0);
    expect(readFileSync(join(`${run}.report`, 'report.html'), 'utf8')).toContain('What elsewhere reads');
    const explained = await assay('explain', run, 'plain.reading');
    expect(explained.stdout).toContain('echo 42');
  }, 180_000);
});

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLaunchDoor } from '../../../../agents/exec/launch-door.ts';
import { openmpi } from '../../../../workloads/allreduce/tools/openmpi.ts';
import type { CommandOutput } from '../../../../workloads/kit/tool.ts';
import { fillFacts } from '../../../support/case.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const native = `${root}workloads/allreduce/native`;
const path = process.env['PATH'] ?? '';

/** MPI may be missing on a laptop, never in CI. */
function hasMpi(): boolean {
  const input = '#include <mpi.h>\n';
  const found =
    spawnSync('mpicc', ['-fsyntax-only', '-x', 'c', '-'], { input }).status === 0 &&
    spawnSync('mpirun', ['--version']).status === 0;
  if (!found && process.env['CI'] === 'true') throw new Error('expected mpicc and mpirun in CI');
  if (!found) console.warn('skipped: Open MPI is not installed');
  return found;
}

interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

function compile(source: string, ...options: readonly string[]) {
  const program = join(temporaryDirectory(), 'program');
  const strict = ['-O2', '-Wall', '-Wextra', '-Wconversion', '-Werror'];
  const { status, stderr } = spawnSync('mpicc', [...strict, ...options, '-o', program, source], {
    encoding: 'utf8',
  });
  return { program, status, stderr };
}

/** One node alone, over its loopback: what can run anywhere. */
const alone = {
  group: 'node1',
  rank: 0,
  members: [{ node: 'node1', address: '127.0.0.1' }],
  network: '127.0.0.0/8',
};

/** Runs a planned step as the agent does. */
function step(params: Parameters<typeof openmpi.plan>[0], bundle = root): Record<string, CommandOutput> {
  const build = temporaryDirectory();
  const temporary = temporaryDirectory();
  const fill = (text: string) =>
    text.replaceAll('{build}', build).replaceAll('{bundle}', bundle).replaceAll('{path}', path);
  return Object.fromEntries(
    openmpi
      .plan(params, fillFacts({}), { seat: alone, launch: undefined })
      .map(({ id, file, args, env = {} }) => {
        const filled = Object.entries(env).map(([name, value]) => [name, fill(value)] as const);
        const { stdout, stderr, status } = spawnSync(fill(file), args.map(fill), {
          env: { PATH: path, LC_ALL: 'C', HOME: temporary, TMPDIR: temporary, ...Object.fromEntries(filled) },
          encoding: 'utf8',
        });
        return [id, { stdout, stderr, exitCode: status ?? undefined, artifacts: {}, durationMs: 0 }];
      }),
  );
}

describe.skipIf(!hasMpi())('allreduce.c', () => {
  const params = { dtype: 'float32', minBytes: 1024, maxBytes: 16384, factor: 16, seconds: 0.1 } as const;

  it.each(['float32', 'bfloat16'] as const)('adds right, and says so in full: %s', (dtype) => {
    const outputs = step({ ...params, dtype });
    expect(outputs['run']).toMatchObject({ stderr: '', exitCode: 0 });
    const parsed = openmpi.parse(outputs, { ...params, dtype }, alone);
    expect(parsed).toMatchObject({ ok: true });
    if (!parsed.ok) return;
    expect(parsed.value.readings).toHaveLength(8);
    for (const { metric, value } of parsed.value.readings)
      if (metric === 'wrongValues') expect(value).toBe(0);
      else expect(value).toBeGreaterThan(0);
  });

  it.each([
    ['one bit of one element', 'float32', '((unsigned char *)vector.receive)[512] ^= 1;', 1],
    ['one bit of one element', 'bfloat16', '((unsigned char *)vector.receive)[512] ^= 1;', 1],
    ['the sign of a zero, or one bit', 'float32', '((unsigned char *)vector.receive)[1023] ^= 0x80;', 1],
    ['a part that was never written', 'bfloat16', 'memset(vector.receive, 0xff, 64);', 32],
  ] as const)('finds %s on one rank: %s', (_, dtype, fault, wrongEach) => {
    const bundle = temporaryDirectory();
    const folder = join(bundle, 'workloads/allreduce/native');
    const source = readFileSync(`${native}/allreduce.c`, 'utf8');
    const changed = source.replace('tally->wrong +=', `if (rank == 1) ${fault} tally->wrong +=`);
    expect(changed).not.toBe(source);
    for (const sources of ['workloads/kit/native', 'workloads/allreduce/native'])
      cpSync(`${root}${sources}`, join(bundle, sources), { recursive: true });
    writeFileSync(join(folder, 'allreduce.c'), changed);
    const outputs = step({ ...params, maxBytes: 1024, dtype }, bundle);
    const line = JSON.parse(outputs['run']?.stdout.split('\n')[1] ?? '') as Record<string, number>;
    expect(line['wrong']).toBe(wrongEach * (line['warmUps']! + line['iterations']!));
  });

  it('compiles without a warning, for its own version only', () => {
    const source = `${native}/allreduce.c`;
    expect(compile(source, '-std=gnu11')).toMatchObject({ status: 0, stderr: '' });
    const other = compile(source, '-std=gnu11', '-DASSAY_LEADER_VERSION=40099');
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('error: #error expected the Open MPI version of the leader');
  });

  it('says what is wrong with its arguments', () => {
    const { program } = compile(`${native}/allreduce.c`, '-std=gnu11');
    const good = ['float32', '1024', '2048', '2', '0.1', '127.0.0.0/8'];
    const answer = (index: number, argument: string) => {
      const args = good.with(index, argument);
      const { status, stdout, stderr } = spawnSync(program, args, { env: { PATH: path }, encoding: 'utf8' });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      return stderr;
    };
    expect(answer(0, 'float64')).toBe('expected float32 or bfloat16\n');
    for (const [index, text] of [
      [1, '1023'],
      [1, '-1024'],
      [1, '1026'],
      [1, '4096'],
      [2, '67108868'],
      [2, '2048x'],
      [2, ''],
    ] as const)
      expect(answer(index, text)).toMatch(/^expected sizes/);
    for (const text of ['1', '3', '32', 'x']) expect(answer(3, text)).toMatch(/^expected a factor/);
    for (const text of ['0', '3601', 'nan', '0.1s', ''])
      expect(answer(4, text)).toMatch(/^expected 0.05 to 3600 /);
    for (const text of ['10.0.0.0', '10.0.0/8', '10.0.0.0/33', 'x/8', '10.0.0.0/'])
      expect(answer(5, text)).toMatch(/^expected a network/);
    expect(spawnSync(program, good.slice(1), { encoding: 'utf8' })).toMatchObject({ status: 2 });
  });

  it('needs an interface in the network, and two ranks', () => {
    const { program } = compile(`${native}/allreduce.c`, '-std=gnu11');
    const env = { PATH: path, HOME: temporaryDirectory(), TMPDIR: temporaryDirectory() };
    const local = ['--allow-run-as-root', '--host', '127.0.0.1:2', '--mca', 'plm', 'isolated'];
    const run = (ranks: number, network: string) =>
      spawnSync(
        'mpirun',
        [...local, '-np', `${ranks}`, program, 'float32', '1024', '1024', '2', '0.05', network],
        {
          env,
          encoding: 'utf8',
        },
      );
    const elsewhere = run(2, '203.0.113.0/24');
    expect(elsewhere.status).toBe(1);
    expect(elsewhere.stderr).toContain('expected an interface with an address in the network under test');
    const single = run(1, '127.0.0.0/8');
    expect(single.status).toBe(2);
    expect(single.stderr).toContain('expected 2 to 256 ranks, got 1');
  });
});

describe.skipIf(!hasMpi())('launch-request.c', () => {
  const build = (): string => {
    const built = compile(`${native}/launch-request.c`, '-std=c11', '-Wpedantic', '-Wl,--as-needed');
    expect(built).toMatchObject({ status: 0, stderr: '' });
    return built.program;
  };

  /** A directory whose socket has a longer path than any address holds. */
  const longDirectory = (): string => {
    const directory = join(temporaryDirectory(), 'x'.repeat(120));
    mkdirSync(directory);
    return directory;
  };

  const start = (program: string, args: readonly string[], directory?: string) => {
    const child = spawn(program, args, { env: directory === undefined ? {} : { TMPDIR: directory } });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const { promise: ended, resolve } = Promise.withResolvers<Ended>();
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stderr }));
    return { child, ended };
  };

  it('passes every word on, then its version, and ends as it is told', async () => {
    const directory = longDirectory();
    const asked: (readonly string[])[] = [];
    const door = await openLaunchDoor(directory, 100, (words) => {
      asked.push(words);
      return Promise.resolve({ exitCode: 7, text: 'node2: no compiler' });
    });
    onTestFinished(() => door.close());
    const words = ['10.77.0.2', ' orted', '-mca', 'ess', '"env"', '', 'ü\n', 'x'.repeat(16_000)];
    const { ended } = start(build(), words, directory);
    expect(await ended).toEqual({ exitCode: 7, signal: null, stderr: 'node2: no compiler\n' });
    expect(asked).toEqual([[...words, expect.stringMatching(/^open-mpi=4\.\d+\.\d+$/)]]);
  });

  it('says nothing and ends well when all went well', async () => {
    const directory = longDirectory();
    const door = await openLaunchDoor(directory, 100, () => Promise.resolve({ exitCode: 0, text: '' }));
    onTestFinished(() => door.close());
    expect(await start(build(), ['host', 'orted'], directory).ended).toEqual({
      exitCode: 0,
      signal: null,
      stderr: '',
    });
  });

  it('is ended by SIGTERM while it waits', async () => {
    const directory = longDirectory();
    const { promise: isAsked, resolve } = Promise.withResolvers<undefined>();
    const { promise: never } = Promise.withResolvers<never>();
    const door = await openLaunchDoor(directory, 100, () => {
      resolve(undefined);
      return never;
    });
    onTestFinished(() => door.close());
    const { child, ended } = start(build(), ['host', 'orted'], directory);
    await isAsked;
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  it.each([
    [
      'an answer that is cut off',
      Buffer.from([0, 0, 0, 0, 0, 0, 0, 9, 65]),
      /the agent ended the connection/,
    ],
    ['no answer', Buffer.alloc(0), /the agent ended the connection/],
    ['a code that is none', Buffer.from([0, 0, 1, 0, 0, 0, 0, 0]), /it is out of range/],
    ['a text without end', Buffer.from([0, 0, 0, 0, 255, 255, 255, 255]), /it is out of range/],
  ])('fails on %s', async (_, bytes, stderr) => {
    const directory = temporaryDirectory();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.resume().end(bytes));
    });
    await new Promise<void>((resolve) => {
      server.listen(join(directory, 'launch'), resolve);
    });
    onTestFinished(() => void server.close());
    const ended = await start(build(), ['host', 'orted'], directory).ended;
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(stderr) as string });
  });

  it('fails where nobody listens', async () => {
    const program = build();
    const directory = temporaryDirectory();
    expect(await start(program, ['host', 'orted'], directory).ended).toMatchObject({
      exitCode: 1,
      stderr: 'assay-launch: cannot reach the agent: No such file or directory\n',
    });
    expect(await start(program, ['host', 'orted'], `${directory}/gone`).ended).toMatchObject({ exitCode: 1 });
    expect(await start(program, ['host', 'orted']).ended).toMatchObject({
      exitCode: 1,
      stderr: 'assay-launch: expected TMPDIR: it is not set\n',
    });
    expect(await start(program, ['host'], directory).ended).toMatchObject({ exitCode: 2 });
  });
});

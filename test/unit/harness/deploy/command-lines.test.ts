import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBundle } from '../../../../harness/deploy/bundle.ts';
import { cleanLine, openLine } from '../../../../harness/deploy/command-lines.ts';
import { shellQuote } from '../../../../workloads/kit/shell-quote.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const nonce = '00112233445566778899aabbccddeeff';
const hash = 'ab'.repeat(32);
const sh = (line: string, input?: Uint8Array): string =>
  spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8', input }).stdout;

const machine = sh('uname -m').trim();
const bundle = createBundle(
  new Map([
    ['agent.js', Buffer.from('// the agent\n')],
    ['kernels/a b.mjs', Buffer.from('\0\n')],
    ['workloads/x/prebuilt/m/tool', Buffer.from('#!/bin/sh\necho ran\n')],
  ]),
);
/** What the coordinator sends when it is asked for the bundle. */
const pushed = async (packed = bundle.packed()): Promise<Buffer> =>
  Buffer.concat([Buffer.from(`${(await packed).length}\n`), await packed, Buffer.from('to the agent')]);

/** A runtime that tells what it was started with and hears. */
function createRuntime(folder: string): string {
  const path = join(folder, 'node');
  writeFileSync(path, '#!/bin/sh\nprintf "[%s]" "$@"\ncat\n', { mode: 0o755 });
  return path;
}

const line = (given: Partial<Parameters<typeof openLine>[0]>): string =>
  openLine({
    nonce,
    bundles: { '*': bundle },
    candidates: [],
    run: 'run-1',
    runtime: '/bin/echo',
    hello: '{"it\'s":1}',
    ...given,
  });

describe('command lines', () => {
  it('quote any text as one word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary-ascii' }).filter((text) => !text.includes('\0')),
        (text) => {
          expect(sh(`printf %s ${shellQuote(text)}`)).toBe(text);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('refuse a hash that is none', () => {
    expect(() => line({ bundles: { '*': { ...bundle, hash: 'x; rm -rf /' } } })).toThrow(
      'expected 16 to 64 hexadecimal digits',
    );
  });

  it('choose the first directory that is ours, bring the agent there, and start it', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    const good = join(root, 'with space');
    const text = line({
      candidates: [join(root, 'link'), '/proc/assay', good],
      runtime: createRuntime(root),
    });
    const started = `${nonce} started\n[--min-semi-space-size=16][${good}/cache/${bundle.hash}/agent.js][attach][${good}][{"it's":1}]`;
    expect(sh(text, await pushed())).toBe(`${nonce} push ${machine}\n${started}to the agent`);
    expect(sh(text)).toBe(started);
    writeFileSync(join(good, 'cache', bundle.hash, 'kernels/a b.mjs'), 'changed');
    expect(sh(text, await pushed())).toBe(`${nonce} push ${machine}\n${started}to the agent`);
    expect(readFileSync(join(good, 'cache', bundle.hash, 'kernels/a b.mjs'), 'utf8')).toBe('\0\n');
    expect(sh(shellQuote(join(good, 'cache', bundle.hash, 'workloads/x/prebuilt/m/tool')))).toBe('ran\n');
  });

  it('bring the agent for the processor of the node, whatever else there is', async () => {
    const root = temporaryDirectory();
    const state = join(root, 'state');
    const other = createBundle(new Map([['agent.js', Buffer.from('// another\n')]]));
    const text = line({
      bundles: { [machine]: bundle, other, '*': other },
      candidates: [state],
      runtime: createRuntime(root),
    });
    expect(sh(text, await pushed())).toContain(`/cache/${bundle.hash}/agent.js]`);
  });

  it.each([
    ['another file', createBundle(new Map([['agent.js', Buffer.from('// another\n')]])).packed()],
    ['what is not packed', Promise.resolve(Buffer.from('nonsense'))],
  ])('start nothing when %s arrives, and keep nothing of it', async (_title, packed) => {
    const state = join(temporaryDirectory(), 'state');
    expect(sh(line({ candidates: [state] }), await pushed(packed))).toBe(
      `${nonce} push ${machine}\n${nonce} damaged\n`,
    );
    expect(sh(line({ candidates: [state] }))).toBe(`${nonce} push ${machine}\n${nonce} damaged\n`);
    expect(readdirSync(join(state, 'cache'))).toEqual([]);
  });

  it('say what is wrong with each directory when none will do', () => {
    const text = line({ candidates: ['/proc/assay'] })
      .replace('"/var/tmp/assay-$uid"', '/dev/null/a')
      .replace('"/tmp/assay-$uid"', '');
    expect(sh(text)).toBe(`${nonce} none /proc/assay:cannot-be-created /dev/null/a:cannot-be-created\n`);
  });

  it('start the runtime of the cache only while it is what it was', async () => {
    const state = join(temporaryDirectory(), 'state');
    const digest = createHash('sha256')
      .update(readFileSync(createRuntime(temporaryDirectory())))
      .digest('hex');
    const text = line({ candidates: [state], runtime: { [machine]: digest } });
    const absent = `${nonce} runtime ${machine} ${state}\n`;
    expect(sh(text, await pushed())).toBe(`${nonce} push ${machine}\n${absent}`);
    mkdirSync(join(state, 'cache', digest));
    const path = createRuntime(join(state, 'cache', digest));
    expect(sh(text)).toContain(`${nonce} started\n`);
    const verified = readFileSync(`${path}.verified`, 'utf8');
    expect(sh(text)).toContain(`${nonce} started\n`);
    expect(readFileSync(`${path}.verified`, 'utf8')).toBe(verified);
    // The same size and time of change, as a repair by hand could leave them.
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, '#'.repeat(size));
    utimesSync(path, atime, mtime);
    expect(sh(text)).toBe(absent);
    expect(sh(line({ candidates: [state], runtime: { other: digest } }))).toBe(absent);
  });

  it('makes the state directory private', () => {
    const root = temporaryDirectory();
    const state = join(root, 'state');
    mkdirSync(state);
    chmodSync(state, 0o777);
    sh(line({ candidates: [state] }));
    expect(sh(`stat -c %a ${shellQuote(state)}`)).toBe('700\n');
  });

  it('pass over a directory without room, unless the run lies in it', async () => {
    const input = await pushed();
    const [small, good] = [join(temporaryDirectory(), 'small'), join(temporaryDirectory(), 'good')];
    mkdirSync(small);
    const onSmallDisk = (before: string, run: string): string => {
      const text = line({ candidates: [small, good], run, runtime: createRuntime(temporaryDirectory()) });
      const script = `mount -t tmpfs -o size=8m none ${small} && ${before}\n${text}`;
      const rights = process.getuid?.() === 0 ? [] : ['--map-root-user'];
      return spawnSync('unshare', ['--mount', ...rights, 'sh', '-c', script], { encoding: 'utf8', input })
        .stdout;
    };
    expect(onSmallDisk('true', 'run-1')).toMatch(new RegExp(`\\[${good}\\]`));
    expect(onSmallDisk(`mkdir -p ${small}/runs/boot/run-1`, 'run-1')).toMatch(new RegExp(`\\[${small}\\]`));
    expect(onSmallDisk(`mkdir -p ${small}/runs/boot/run-1`, 'run-2')).toMatch(new RegExp(`\\[${good}\\]`));
  });

  it('clean away the cache and nothing that is in use', () => {
    const state = join(temporaryDirectory(), 'state');
    mkdirSync(join(state, 'cache', hash), { recursive: true });
    mkdirSync(join(state, 'runs', 'boot', 'run'), { recursive: true });
    expect(sh(cleanLine({ nonce, candidates: [state] })).split('\n')[0]).toContain(
      `${nonce} cleaned ${state}/cache`,
    );
    expect(sh(`cd ${shellQuote(state)} && find . | sort`)).toBe('.\n./runs\n./runs/boot\n./runs/boot/run\n');
  });

  /** Commands before each of which somebody may be faster than we are. */
  const hooked = ['mkdir', 'cd', 'stat', 'chmod', 'rm', 'rmdir', 'printf', 'sha256sum', 'dirname', 'head'];

  /** What a line does when a link to `victim` comes before its `comes`th command and goes before its `goes`th. */
  function race(text: string, folder: { path: string; victim: string }, comes: number, goes: number): string {
    const steps = hooked.map((name) => `${name}() { between; command ${name} "$@"; }`).join('\n');
    const script = `echo 0 > ${folder.victim}.count
between() {
  count=$(($(command cat ${folder.victim}.count) + 1)); echo $count > ${folder.victim}.count
  if [ $count -eq ${comes} ] && [ ! -e ${folder.path} ]; then ln -s ${folder.victim} ${folder.path}; fi
  if [ $count -eq ${goes} ] && [ -L ${folder.path} ]; then command rm ${folder.path}; fi
}
${steps}
${text}`;
    return sh(script);
  }

  it('touch nothing through a link that comes and goes between any two commands', () => {
    const root = temporaryDirectory();
    for (let comes = 1; comes < 12; comes += 1)
      for (let goes = comes; goes < 13; goes += 1) {
        const [path, victim] = [join(root, `${comes}-${goes}`), join(root, `victim-${comes}-${goes}`)];
        mkdirSync(join(victim, 'cache', 'kept'), { recursive: true });
        chmodSync(victim, 0o755);
        const other = join(root, 'other');
        const told = race(line({ candidates: [path, other] }), { path, victim }, comes, goes);
        expect(told).toMatch(/^[0-9a-f]{32} push \S+\n[0-9a-f]{32} damaged\n$/);
        race(cleanLine({ nonce, candidates: [path] }), { path, victim }, comes, goes);
        expect(statSync(victim).mode & 0o777).toBe(0o755);
        expect(readdirSync(victim, { recursive: true })).toEqual(['cache', 'cache/kept']);
      }
  });
});

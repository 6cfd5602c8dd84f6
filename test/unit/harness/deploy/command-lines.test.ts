import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, probeLine, shellQuote, startLine } from '../../../../harness/deploy/command-lines.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const nonce = '00112233445566778899aabbccddeeff';
const hash = 'ab'.repeat(32);
const sh = (line: string): string => spawnSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).stdout;

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
    expect(() => startLine({ runtime: 'node', hash: 'x; rm -rf /', state: '/tmp' })).toThrow(
      'expected 16 to 64 hexadecimal digits',
    );
  });

  it('choose the first directory that is ours, and say what is wrong with the others', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    const good = join(root, 'with space');
    const answer = sh(probeLine({ nonce, hash, candidates: [join(root, 'link'), '/proc/assay', good] }));
    expect(answer).toMatch(new RegExp(`^${nonce} state absent \\S+ ${good}\\n$`));
  });

  it('makes the state directory private', () => {
    const root = temporaryDirectory();
    const state = join(root, 'state');
    mkdirSync(state);
    chmodSync(state, 0o777);
    sh(probeLine({ nonce, hash, candidates: [state] }));
    expect(sh(`stat -c %a ${shellQuote(state)}`)).toBe('700\n');
  });

  it('pass over a directory without room, unless the run lies in it', () => {
    const [small, good] = [join(temporaryDirectory(), 'small'), join(temporaryDirectory(), 'good')];
    mkdirSync(small);
    const onSmallDisk = (before: string, run?: string): string => {
      const line = probeLine({ nonce, hash, candidates: [small, good], run });
      const script = `mount -t tmpfs -o size=8m none ${small} && ${before}\n${line}`;
      const rights = process.getuid?.() === 0 ? [] : ['--map-root-user'];
      return spawnSync('unshare', ['--mount', ...rights, 'sh', '-c', script], { encoding: 'utf8' }).stdout;
    };
    expect(onSmallDisk('true', 'run-1')).toMatch(new RegExp(` ${good}\\n$`));
    expect(onSmallDisk(`mkdir -p ${small}/runs/boot/run-1`, 'run-1')).toMatch(new RegExp(` ${small}\\n$`));
    expect(onSmallDisk(`mkdir -p ${small}/runs/boot/run-1`, 'run-2')).toMatch(new RegExp(` ${good}\\n$`));
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
});

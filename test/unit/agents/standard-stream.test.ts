import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const module = fileURLToPath(new URL('../../../agents/standard-stream.ts', import.meta.url));

/** A process that has its standard input and output as one stream, and writes to standard error what `script` has to say. */
function start(script: string) {
  const text = `
    import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
    import { openStandardStream } from ${JSON.stringify(module)};
    const stream = openStandardStream();
    const say = (text) => writeFileSync(2, text + '\\n');
    const lives = setInterval(() => undefined, 1000);
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return { child, said: () => said };
}

it('carries bytes both ways', async () => {
  const { child } = start(`stream.pipe(stream); stream.on('close', () => clearInterval(lives));`);
  child.stdin.end('there and back');
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, Buffer.concat(chunks).toString()]).toEqual([0, 'there and back']);
});

it('lets go of both when it closes, and the process lives on with nothing in their place', async () => {
  const { child, said } = start(`
    stream.write('last');
    stream.on('close', () => say([0, 1].map((at) => readlinkSync('/proc/self/fd/' + at)).join(' ')));
    stream.once('data', () => stream.destroy());`);
  child.stdin.write('go');
  child.stdout.resume();
  await once(child.stdout, 'end');
  await expect.poll(said).toBe('/dev/null /dev/null\n');
  expect(child.exitCode).toBe(null);
});

it('closes when the other side does, whether that was read or not', async () => {
  const { child, said } = start(`
    stream.on('error', (cause) => say(cause.code)).on('close', () => say('closed'));
    stream.once('data', () => stream.write(Buffer.alloc(10_000_000)));`);
  child.stdin.write('go');
  await once(child.stdout, 'readable');
  child.stdout.destroy();
  child.stdin.destroy();
  await expect.poll(said, { timeout: 30_000 }).toMatch(/closed\n$/);
  expect(child.exitCode).toBe(null);
});

it('holds up nobody but itself when what it writes is not read', async () => {
  const { child, said } = start(`
    stream.write(Buffer.alloc(10_000_000));
    setTimeout(() => say('goes on'), 50);`);
  await expect.poll(said, { timeout: 30_000 }).toBe('goes on\n');
  expect(child.stdout.readableLength).toBeLessThan(10_000_000);
});

import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createNoiseDropper } from '../../../../harness/transport/noise-dropper.ts';

async function pass(chunks: readonly string[]): Promise<string> {
  const stream = createNoiseDropper('the-mark', 1024);
  const result = text(stream);
  for (const chunk of chunks) stream.write(Buffer.from(chunk));
  stream.end();
  return result;
}

describe('createNoiseDropper', () => {
  it('drops what comes before the mark, with or without a line of its own', async () => {
    expect(await pass(['welcome\nthe-mark\nanswer\n'])).toBe('answer\n');
    expect(await pass(['no line break', 'the-mark\nanswer\n'])).toBe('answer\n');
  });

  it('finds a mark that arrives in pieces', async () => {
    expect(await pass(['x'.repeat(5000), 'the', '-mar', 'k', '\n', 'answer', '\nthe-mark\n'])).toBe(
      'answer\nthe-mark\n',
    );
  });

  it('passes the last words of a shell that never started the command', async () => {
    expect(await pass(['This account is', ' not available.\n'])).toBe('This account is not available.\n');
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusals } from '../../../../../harness/transport/openssh/refusals.ts';
import { differences } from '../../../../support/openssh/differences.ts';

const page = readFileSync(new URL('../../../../../docs/ssh.md', import.meta.url), 'utf8');

/** Cells of the table below a heading. */
const rows = (heading: string): readonly (readonly string[])[] =>
  (page.split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ', 1)
    .flatMap((section) => section.split('\n'))
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));

describe('docs/ssh.md', () => {
  it('shows what is refused, why, and what to do instead', () => {
    expect(rows('What OpenSSH takes and Assay refuses')).toEqual(
      refusals.map(({ name, because, instead }) => [name, because, instead]),
    );
  });

  it('shows what else is different', () => {
    expect(rows('What else is different')).toEqual(differences.map(({ name, because }) => [name, because]));
  });
});

describe('refusals', () => {
  it('each say something else to do, by which tests know them', () => {
    const hints = refusals.map(({ name, instead }) => (name.startsWith('Bind') ? name : instead));
    expect(new Set(hints).size).toBe(hints.length);
  });
});

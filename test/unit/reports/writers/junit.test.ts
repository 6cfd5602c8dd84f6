import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { renderJunit } from '../../../../reports/writers/junit.ts';
import { exampleVerdict } from '../../../support/example-verdict.ts';
import { blockVerdict, vmVerdict } from '../../../support/judged-examples.ts';

const render = (verdict: Verdict): string => renderJunit(createLookup(verdict));

describe('renderJunit', () => {
  it('fails a required cell that is not met with the word as type, and skips an advisory one with a message', () => {
    const text = render(vmVerdict());
    for (const word of ['fail', 'missing', 'inconclusive'])
      expect(text).toContain(`<failure type="${word}" message="${word}: `);
    expect(text).toContain('<skipped message="advisory invalid: the scratch directory');
    expect(text).toContain('tests="6" failures="3" errors="0" skipped="1"');
  });

  it('is red when nothing was reached and no cell exists', () => {
    expect(render(exampleVerdict({ cells: [] }))).toContain('tests="1" failures="1"');
  });

  it('has a suite for each node and one for all groups; a blamed cell is in the suite of its node', () => {
    const text = render(blockVerdict());
    expect(text.match(/<testsuite name="gpu0/g)).toHaveLength(32);
    expect(text).toContain('<testsuite name="gpu014" tests="13" failures="1" errors="0"');
    expect(text).toContain('<testsuite name="groups" tests="16" failures="1" errors="0"');
    expect(text).toContain('<testsuite name="not shown"');
    expect(text.match(/<testsuite /g)).toHaveLength(34);
  });
});

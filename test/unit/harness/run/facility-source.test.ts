import { describe, expect, it, onTestFinished } from 'vitest';
import { FacilitySource } from '../../../../harness/run/facility-source.ts';
import type { FacilityTrouble } from '../../../../reports/verdict/facility-trouble.ts';
import { describeTrouble } from '../../../../reports/verdict/words/facility-words.ts';

/** A facility that is told of by a script. */
function listen(script: string | readonly string[], staleMs = 20_000) {
  const { promise: trouble, resolve } = Promise.withResolvers<FacilityTrouble>();
  const command = typeof script === 'string' ? ['sh', '-c', script] : script;
  const source = new FacilitySource(command, { onTrouble: resolve, staleMs });
  onTestFinished(() => source.close());
  return { begun: source.begun, trouble };
}
const good = `echo '{"flow":41.5,"leak":false,"inletCelsius":24}'`;

describe('a facility that is told of by a command', () => {
  it.each([
    good,
    `echo '{"flow":true,"leak":false}'`,
    `printf '{"flow":1,'; sleep 0.2; echo '"leak":false}'`,
  ])('is in order when its liquid flows and does not leak: %s', async (script) => {
    expect(await listen(`${script}; sleep 30`).begun).toBeUndefined();
  });

  it.each([
    [`echo '{"flow":12,"leak":true}'; sleep 30`, { kind: 'leak' }],
    [`echo '{"flow":0,"leak":false}'; sleep 30`, { kind: 'no-flow' }],
    [`echo '{"flow":false,"leak":false}'; sleep 30`, { kind: 'no-flow' }],
    ['echo starting; sleep 30', { kind: 'unreadable', said: 'starting' }],
    [`echo '{"flow":1}'; sleep 30`, { kind: 'unreadable', said: '{"flow":1}' }],
    [`echo '{"flow":-1,"leak":false}'; sleep 30`, { kind: 'unreadable' }],
    [`echo '{"flow":1,"leak":"no"}'; sleep 30`, { kind: 'unreadable' }],
    ['head -c 10000 /dev/zero | tr "\\0" x; sleep 30', { kind: 'unreadable', said: 'a line without an end' }],
    ['exit 3', { kind: 'ended', said: 'with 3' }],
    ['echo no route to the BMS >&2; exit 1', { kind: 'ended', said: 'with 1: no route to the BMS' }],
    ['kill -TERM $$', { kind: 'ended', said: 'by SIGTERM' }],
    [['/no/such/command'], { kind: 'not-started', said: 'ENOENT' }],
  ])('is no facility to rely on: %s', async (script, expected) => {
    const { begun, trouble } = listen(script);
    expect(await begun).toMatchObject(expected);
    expect(await trouble).toEqual(await begun);
  });

  it('is not relied on when it says nothing, or no more', async () => {
    expect(await listen('printf {; sleep 30', 200).begun).toEqual({ kind: 'stale', said: '0.2 s' });
    const { begun, trouble } = listen(`${good}; sleep 30`, 1_000);
    expect(await begun).toBeUndefined();
    expect(await trouble).toEqual({ kind: 'stale', said: '1 s' });
  });

  it.each([
    [`${good}; echo '{"flow":3,"leak":true}'; ${good}; sleep 30`, 'leak'],
    [`while :; do ${good}; done`, 'floods'],
    [`${good}; exit 0`, 'ended'],
  ])('is in trouble from then on: %s', async (script, kind) => {
    expect((await listen(script).trouble).kind).toBe(kind);
  });

  it('has words for each', () => {
    expect(describeTrouble({ kind: 'stale', said: '30 s' })).toBe(
      'the facility has told nothing of flow and leaks for 30 s',
    );
    expect(describeTrouble({ kind: 'unreadable', said: 'starting' })).toBe(
      'the command that tells of flow and leaks said `starting`',
    );
  });
});

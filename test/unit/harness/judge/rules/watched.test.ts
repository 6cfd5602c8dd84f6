import { expect, it } from 'vitest';
import { judge } from '../../../../../harness/judge/judge.ts';
import { known, unknown } from '../../../../../workloads/kit/facts/fact.ts';
import { constructProfile, constructRequirement, constructRun } from '../../../../support/constructed-run.ts';
import { tell } from '../../../../support/tell.ts';

const idle = constructRequirement({
  id: 'idle',
  rule: { kind: 'fact', path: 'occupancy.reasons.length', atMost: 0, watched: true },
});

const judgeIdle = (
  facts: NonNullable<Parameters<typeof constructRun>[0]['nodes'][number]['facts']>,
  asks?: number,
) => {
  const run = constructRun({ profile: constructProfile([idle]), limits: [], nodes: [{ id: 'node', facts }] });
  const suite = asks === undefined ? run.suite : { ...run.suite, watchSeconds: asks };
  const [cell] = judge({ ...run, suite }).cells;
  return cell === undefined ? undefined : tell(cell);
};

it.each([
  ['for as long as the suite asks', known(10), 10, 'pass'],
  ['for longer', known(10.002), 10, 'pass'],
  ['not at all, where nobody asks for it', unknown('watch: not probed'), undefined, 'pass'],
])('a machine on which nobody was seen passes when it was watched %s', (_, watchedSeconds, asks, verdict) => {
  expect(judgeIdle({ watchedSeconds }, asks)).toMatchObject({ verdict });
});

it.each([
  ['a glance', known(0.4), 'not known: watched for 0.4 s of the 10 s that the suite asks for'],
  ['nothing', unknown('watch: no answer in time'), 'not known: watch: no answer in time'],
])('that nobody was seen in %s proves nothing', (_, watchedSeconds, reason) => {
  expect(judgeIdle({ watchedSeconds }, 10)).toMatchObject({ verdict: 'missing', reason });
});

it('who was seen was there, however short the look was', () => {
  const seen = { watchedSeconds: known(0.4), occupied: ['the mining process `lolMiner` is running'] };
  expect(judgeIdle(seen, 10)).toMatchObject({ verdict: 'fail' });
});

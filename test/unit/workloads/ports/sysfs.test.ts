import { expect, it } from 'vitest';
import { sysfs } from '../../../../workloads/ports/tools/sysfs.ts';
import { fillFacts, loadCase } from '../../../support/case.ts';

const { outputs } = loadCase('ports', 'sysfs-6.8-h100');

/** What is read where both looks say something else. */
function read(change: (text: string) => string, inBoth = true) {
  const [before, after] = [outputs['before'], outputs['after']];
  if (before === undefined || after === undefined) throw new Error('expected two looks');
  const first = inBoth ? { ...before, stdout: change(before.stdout) } : before;
  return sysfs.parse(
    { ...outputs, before: first, after: { ...after, stdout: change(after.stdout) } },
    { seconds: 1 },
  );
}

it('a port that is not active has no rate', () => {
  const parsed = read((text) => text.replace('state:4: ACTIVE', 'state:1: DOWN'));
  const rates = parsed.ok ? parsed.value.readings.filter(({ metric }) => metric === 'activeRate') : [];
  expect(rates.map(({ value }) => value)).toEqual([0, 4e11, 2e11]);
});

it('a link that was lost between the looks counts', () => {
  const parsed = read((text) => text.replace('carrier_down_count:1', 'carrier_down_count:2'), false);
  expect(parsed.ok && parsed.value.readings.find(({ value }) => value === 2)).toMatchObject({
    metric: 'errors',
    dimensions: { counter: 'carrier_down_count' },
  });
});

it('a device that went away between the looks makes all of them unreadable', () => {
  const parsed = read((text) => text.replaceAll(/.*mlx5_1.*\n/g, ''), false);
  expect(parsed.ok ? '' : parsed.error).toMatch(/^expected the same ports before and after/);
});

it('what is on no PCI bus is not measured, and says so', () => {
  const parsed = read((text) => text.replaceAll(/.*mlx5_1\/device.*PCI_SLOT_NAME.*\n/g, ''));
  expect(parsed.ok && parsed.value.unmeasured).toMatchObject([{ device: 'mlx5_1' }]);
});

it('machines without interfaces are not asked', () => {
  expect(sysfs.needs({ seconds: 1 }, fillFacts({ nics: [] }))).toMatchObject({ ok: false });
});

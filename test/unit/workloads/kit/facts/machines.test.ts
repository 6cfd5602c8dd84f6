import { describe, expect, test } from 'vitest';
import { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { loadMachines } from '../../../../support/machines.ts';

describe('the facts of a machine are read from its probes', () => {
  test.each(loadMachines().map((machine) => [machine.name, machine] as const))('%s', (_, {
    document,
    expect: expected,
  }) => {
    const facts = HostFacts.parse(readHostFacts(document));
    expect(expected).not.toEqual({});
    expect(facts).toMatchObject(expected);
  });
});

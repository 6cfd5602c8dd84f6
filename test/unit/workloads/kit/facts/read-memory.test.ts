import { describe, expect, it } from 'vitest';
import { probeList } from '../../../../../agents/probe/probe-list.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { loadRegistry } from '../../../../../workloads/registry.ts';
import { fillFacts } from '../../../../support/case.ts';
import { constructed } from './documents.ts';

const controller = '/sys/devices/system/edac/mc/mc0';

/** As amd64_edac shows two modules of two ranks: it knows chip selects, and the kernel calls their folders `rank`. */
const ranks = (mode: string): Readonly<Record<string, string>> => ({
  [`${controller}/mc_name`]: 'F19h_M10h',
  ...Object.fromEntries(
    [0, 1, 2, 3].flatMap((rank) => [
      [`${controller}/rank${rank}/dimm_edac_mode`, mode],
      [`${controller}/rank${rank}/dimm_location`, `csrow ${rank} channel 0`],
      [`${controller}/rank${rank}/dimm_label`, `mc#0csrow#${rank}channel#0`],
      [`${controller}/rank${rank}/size`, '32768'],
    ]),
  ),
});
const memory = (mode: string) => readHostFacts(constructed({ 'sysfs edac': ranks(mode) })).memory;

describe('a memory controller that knows chip selects', () => {
  it('is probed by the names of its folders', () => {
    const probes = probeList({
      scratchPath: '/s',
      watchMs: 0,
      programs: [],
      headers: [],
      libraries: [],
      places: [],
    });
    const edac = probes.find(({ id }) => id === 'sysfs edac');
    const patterns = edac?.kind === 'tree' ? edac.patterns : [];
    for (const path of Object.keys(ranks('SECDED')))
      expect(patterns).toContain(path.replace('mc0', 'mc*').replace(/rank\d/, 'rank*'));
  });

  it('tells how memory is corrected, and lists no modules', () => {
    expect(memory('SECDED').eccReported).toEqual({ value: 'SECDED' });
    expect(memory('SECDED').modules).toEqual({
      unknown: expect.stringContaining('the EDAC driver lists ranks of memory, not modules') as unknown,
    });
  });

  it('counts errors for the tool, unless it says that nothing is corrected', async () => {
    const edac = (await loadRegistry()).get('memory')?.tools.find(({ id }) => id === 'edac');
    const needs = (mode: string) =>
      edac?.needs(
        { target: 'errors', seconds: 10 },
        fillFacts({ 'memory.eccReported': (memory(mode).eccReported as { value: string }).value }),
      );
    expect(needs('None')).toMatchObject({
      ok: false,
      error: expect.stringContaining('mode: None') as unknown,
    });
    expect(needs('SECDED')).not.toMatchObject({ error: expect.stringContaining('EDAC') as unknown });
  });
});

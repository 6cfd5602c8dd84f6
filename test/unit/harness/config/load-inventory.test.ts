import { describe, expect, it } from 'vitest';
import { readClass } from '../../../../harness/config/hardware-class.ts';
import { readInventory } from '../../../../harness/config/load-inventory.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const hgx = readClass({
  file: 'hgx.yaml',
  text: 'schema: assay/class\nschemaVersion: 1\nid: hgx\ntitle: HGX\nclaims: { accelerators.length: 8, accelerators.model: H100 }',
});
const classes = new Map([[hgx.id, hgx]]);
const read = (nodes: string) =>
  readInventory(
    { file: 'rack.yaml', text: `schema: assay/inventory\nschemaVersion: 1\nnodes: ${nodes}` },
    classes,
  );

describe('readInventory', () => {
  it('writes the claims of the class out, with those of the node', () => {
    expect(read('[{ name: a, class: hgx, claims: { drives.length: 2 } }, { name: b }]').nodes).toEqual([
      {
        name: 'a',
        class: 'hgx',
        claims: { 'accelerators.length': 8, 'accelerators.model': 'H100', 'drives.length': 2 },
      },
      { name: 'b', claims: {} },
    ]);
  });
  it('writes out what the class says of settings, and what the inventory says instead', () => {
    const advisory = '{ title: Guide, locator: here, date: 2026-11-30 }';
    const text = `schema: assay/class\nschemaVersion: 1\nid: set\ntitle: Set\nclaims: {}\nsettings: { settings.iommu: { oneOf: ["off"], advisory: ${advisory} } }`;
    const set = readClass({ file: 'set.yaml', text });
    const settingsOf = (entry: string) =>
      readInventory(
        {
          file: 'rack.yaml',
          text: `schema: assay/inventory\nschemaVersion: 1\nnodes: [{ name: a, class: set${entry} }]`,
        },
        new Map([[set.id, set]]),
      ).nodes[0]?.settings?.['settings.iommu']?.oneOf;
    expect(settingsOf('')).toEqual(['off']);
    const own = (path: string, value: string) =>
      `, settings: { ${path}: { oneOf: [${value}], advisory: ${advisory} } }`;
    expect(settingsOf(own('settings.iommu', 'passthrough'))).toEqual(['passthrough']);
    expect(() => settingsOf(own('settings.iomu', 'x'))).toThrow('expected a fact, got `settings.iomu`');
    expect(() => settingsOf(own('settings.iommu', '1'))).toThrow('expected a string, got');
  });
  it.each([
    [
      '[{ name: a, class: hgxx }]',
      'rack.yaml: nodes[0].class: expected a class, got `hgxx`',
      'Did you mean `hgx`?',
    ],
    [
      '[{ name: a }]\nasics: [{ name: a, model: S21, watts: 3500, terahashesPerSecond: 200 }]',
      'rack.yaml: asics[0].name: expected each name once, got `a` again',
      undefined,
    ],
    [
      '[{ name: a }]\nasics: [{ name: b, serial: Z, model: S21, watts: 3500, terahashesPerSecond: 200 }, { name: c, serial: Z, model: S21, watts: 3500, terahashesPerSecond: 200 }]',
      'rack.yaml: asics[1].serial: expected each serial once, got `Z` again',
      undefined,
    ],
    [
      '[{ name: a }, { name: a }]',
      'rack.yaml: nodes[1].name: expected each name once, got `a` again',
      undefined,
    ],
    [
      '[{ name: a, claims: { accelerators.lenght: 8 } }]',
      'rack.yaml: nodes[0].claims: expected a fact, got `accelerators.lenght`',
      'Did you mean `accelerators.length`?',
    ],
    [
      '[{ name: a, claims: { accelerators.length: "8" } }]',
      'rack.yaml: nodes[0].claims.accelerators.length: expected a number, got `"8"`',
      undefined,
    ],
    [
      '[{ name: a, class: hgx, claims: { accelerators.length: 4 } }]',
      'rack.yaml: nodes[0].claims.accelerators.length: expected `8` as class hgx says, got `4`',
      undefined,
    ],
    [
      '[{ name: "../a" }]',
      'rack.yaml: nodes[0].name: expected a name of letters, digits, dots, dashes and underscores, got `../a`',
      undefined,
    ],
    [
      '[{ name: a, maxWatts: 0.4 }]',
      'rack.yaml: nodes[0].maxWatts: expected from 50 to 50000 W for one machine, got 0.4',
      'Give it in watts.',
    ],
    [
      '[{ name: a }, { name: b, maxWatts: 102000 }]',
      'rack.yaml: nodes[1].maxWatts: expected from 50 to 50000 W for one machine, got 102000',
      'Give it in watts.',
    ],
    [
      '[{ name: a, psuWatts: 1.6 }]',
      'rack.yaml: nodes[0].psuWatts: expected from 50 to 50000 W for one machine, got 1.6',
      'Give it in watts.',
    ],
    [
      '[{ name: a, miningWatts: 1 }]',
      'rack.yaml: nodes[0].miningWatts: expected from 50 to 50000 W for one machine, got 1',
      'Give it in watts.',
    ],
  ])('refuses %s', (nodes, message, hint) => {
    const found = refusal(() => read(nodes));
    expect(found.message).toBe(message);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('expands node sets and groups, with the host of each', () => {
    const text = [
      'schema: assay/inventory',
      'schemaVersion: 1',
      'ssh: { config: ssh_config }',
      'fabric: { interface: ib0 }',
      'groups: { left: "gpu[01-02]" }',
      'golden: gpu01',
      'powerDomains: [{ id: feed-a, limitKw: 20, nodes: "@left" }]',
      'nodes: [{ name: "gpu[01-03]", host: "admin@{name}.hall", rack: R1, maxWatts: 9000 }]',
    ].join('\n');
    const inventory = readInventory({ file: '/site/rack.yaml', text }, classes);
    expect(inventory.ssh?.config).toBe('/site/ssh_config');
    expect(inventory.nodes.map(({ name, host }) => [name, host])).toEqual([
      ['gpu01', 'admin@gpu01.hall'],
      ['gpu02', 'admin@gpu02.hall'],
      ['gpu03', 'admin@gpu03.hall'],
    ]);
    expect(inventory.powerDomains).toEqual([{ id: 'feed-a', limitKw: 20, nodes: ['gpu01', 'gpu02'] }]);
  });
  it.each([
    ['golden: gpu9', 'rack.yaml: golden: expected a node of this inventory, got `gpu9`'],
    [
      'powerDomains: [{ id: a, limitKw: 1, nodes: gpu1 }]',
      'rack.yaml: powerDomains[0].nodes: expected maxWatts of gpu1, which is in the power domain a, found none',
    ],
    [
      'powerDomains: [{ id: a, limitKw: 45000, nodes: gpu1 }]',
      'rack.yaml: powerDomains[0].limitKw: expected at most 10000 kW for one feed, got 45000',
    ],
    ['gruops: {}', 'rack.yaml: expected a known key, got `gruops`'],
  ])('refuses an inventory with %s', (line, message) => {
    const text = `schema: assay/inventory\nschemaVersion: 1\n${line}\nnodes: [{ name: gpu1 }]`;
    expect(refusal(() => readInventory({ file: 'rack.yaml', text }, classes)).message).toBe(message);
  });
  it('counts a node in one power domain only', () => {
    const text =
      'schema: assay/inventory\nschemaVersion: 1\npowerDomains: [{ id: a, limitKw: 1, nodes: g1 }, { id: b, limitKw: 1, nodes: g1 }]\nnodes: [{ name: g1, maxWatts: 500 }]';
    expect(refusal(() => readInventory({ file: 'rack.yaml', text }, classes)).message).toBe(
      'rack.yaml: powerDomains[1].nodes: expected g1 in one power domain, found it in a and b',
    );
  });
  it('lets an inventory attest the facility', () => {
    expect(read('[{ name: a, claims: { facility.attested: true } }]').nodes[0]?.claims).toEqual({
      'facility.attested': true,
    });
  });
});

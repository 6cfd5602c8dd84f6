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
  it.each([
    [
      '[{ name: a, class: hgxx }]',
      'rack.yaml: nodes[0].class: expected a class, got `hgxx`',
      'Did you mean `hgx`?',
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
      'rack.yaml: nodes[0].name: expected text like /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, got `"../a"`',
      undefined,
    ],
  ])('refuses %s', (nodes, message, hint) => {
    const found = refusal(() => read(nodes));
    expect(found.message).toBe(message);
    if (hint !== undefined) expect(found.hint).toBe(hint);
  });
  it('lets an inventory attest the facility', () => {
    expect(read('[{ name: a, claims: { facility.attested: true } }]').nodes[0]?.claims).toEqual({
      'facility.attested': true,
    });
  });
});

import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../../../../workloads/kit/facts/host-facts.ts';
import { readHostFacts } from '../../../../../workloads/kit/facts/read-host-facts.ts';
import { constructed } from './documents.ts';

const dmi = (file: string, text: string): HostFacts['identity'] =>
  readHostFacts(constructed({ [`/sys/class/dmi/id/${file}`]: `${text}\n` })).identity;

describe('what a maker never filled in says nothing of the machine', () => {
  // oshi/oshi#2417, lf-edge/eve#6381, Dasharo/dasharo-issues#1255, and boards of mining rigs.
  test.each([
    '0123456789',
    '1234567890',
    '123456789',
    'System Serial Number',
    'Default string',
    'To Be Filled By O.E.M.',
    'INVALID',
    'Unknown',
    'Not Available',
    'NA',
    'N/A',
    'OEM',
    '................',
    'Chassis Serial Number',
    'empty',
    '<BAD INDEX>',
    '0',
    '00000000',
    '0000-0000-0000',
    'xxxxxxx',
    'FFFFFFFF',
    'Not Specified',
    'Type2 - Board Serial Number',
    'MB-1234567890',
    'Base Board Serial Number',
    '$(DEFAULT_STRING)',
  ])('serial number `%s`', (serial) => {
    expect(dmi('product_serial', serial).serial).toEqual({
      unknown: `/sys/class/dmi/id/product_serial: the firmware says only \`${serial}\``,
    });
  });

  test.each([
    'System Product Name',
    'To be filled by O.E.M.',
    'All Series',
    'O.E.M.',
    'Default string',
  ])('product `%s`', (product) => expect(dmi('product_name', product).product).toHaveProperty('unknown'));

  test.each([
    '03000200-0400-0500-0006-000700080009',
    '00020003-0004-0005-0006-000700080009',
    '12345678-1234-5678-90ab-cddeefaabbcc',
    '00000000-0000-0000-0807-060504030201',
    'fefefefe-fefe-fefe-fefe-fefefefefefe',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '20202020-2020-2020-2020-202020202020',
    '4c4c4544-0000-2010-8020-80c04f202020',
    'Not Specified',
  ])('UUID %s', (uuid) => {
    expect(dmi('product_uuid', uuid).dmiUuid).toEqual({
      unknown: `/sys/class/dmi/id/product_uuid: the firmware says only \`${uuid}\``,
    });
  });

  test('the id of an image that was never started', () => {
    const id = (text: string) => readHostFacts(constructed({ '/etc/machine-id': text })).identity.machineId;
    expect(id('uninitialized\n')).toEqual({
      unknown: '/etc/machine-id: `uninitialized` is no id of a machine',
    });
    expect(id('00000000000000000000000000000000')).toHaveProperty('unknown');
    expect(id('0123456789abcdef0123456789abcde0')).toHaveProperty('value');
  });

  test.each([
    'RIG0001',
    'S64HNE0R1',
    'CN7016327B00AB',
    '98765432',
    '12346789',
    'A',
    'XL12',
  ])('`%s` is one', (serial) => {
    expect(dmi('product_serial', serial).serial).toEqual({ value: serial });
  });
});

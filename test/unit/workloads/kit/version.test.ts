import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VersionedComponent } from '../../../../workloads/kit/version.ts';
import { compareVersions, readVersion, versionedComponents } from '../../../../workloads/kit/version.ts';

const order = (component: VersionedComponent, a: string, b: string): number => {
  const [left, right] = [readVersion(component, a), readVersion(component, b)];
  if (left === undefined || right === undefined) throw new Error(`unreadable: ${a}, ${b}`);
  return Math.sign(compareVersions(left, right));
};

describe('versions', () => {
  it.each<[VersionedComponent, string, string]>([
    ['driver', '570.86.15', '570.172.08'],
    ['driver', '570.9', '570.10'],
    ['driver', '575.57.08', '580.65.06'],
    ['vbios', '96.00.74.00.09', '96.00.74.00.0A'],
    ['vbios', '96.00.99.00.01', '96.00.A5.00.01'],
    ['nccl', '2.9.9', '2.27.3+cuda12.9'],
    ['container-toolkit', '1.17.7', '1.17.8-1'],
    ['container-toolkit', '1.18.0~rc.1', '1.18.0'],
    ['bmc', '1.02.9', '1.02.10'],
    ['bios', '1.4', '1.4a'],
    ['bios', '1.4b', '1.10'],
    ['nic-firmware', '28.39.1002 (MT_0000000838)', '28.40.1000 (MT_0000000838)'],
    ['kernel', '6.6.9', '6.6.15'],
    ['kernel', '5.15.0-91-generic', '5.15.0-105-generic'],
    ['kernel', '5.14.0-427.9.1.el9_4.x86_64', '5.14.0-427.13.1.el9_4.x86_64'],
  ])('%s: %s is before %s', (component, a, b) => {
    expect(order(component, a, b)).toBe(-1);
    expect(order(component, b, a)).toBe(1);
    expect(order(component, a, a)).toBe(0);
  });
  it.each<[VersionedComponent, string, string]>([
    ['driver', '570.172.08', '570'],
    ['vbios', '96.00.74.00.01', '96'],
    ['nccl', '2.27.3', '2.27'],
    ['nic-firmware', '28.39.1002', '28'],
    ['kernel', '6.6.15', '6.6'],
    ['kernel', '5.15.0-91-generic', '5.15.0 generic'],
    ['kernel', '5.15.0-1053-azure', '5.15.0 azure'],
    ['kernel', '5.14.0-427.13.1.el9_4.x86_64', '5.14.0 el9'],
    ['kernel', '6.1.0-18-cloud-amd64', '6.1.0 cloud-amd64'],
  ])('%s %s is of the line %s', (component, text, line) => {
    expect(readVersion(component, text)?.line).toBe(line);
  });
  it.each<[VersionedComponent, string]>([
    ['driver', '570'],
    ['driver', '6.10.5'],
    ['driver', '570.x'],
    ['driver', '570.86.15 (open)'],
    ['vbios', '96.00'],
    ['vbios', '96.00.7G.00.01'],
    ['nccl', '2.27'],
    ['container-toolkit', 'nightly'],
    ['bmc', '7'],
    ['bios', 'F31r'],
    ['nic-firmware', 'N/A'],
    ['kernel', '6'],
    ['kernel', 'six.six'],
  ])('%s: %s is none', (component, text) => {
    expect(readVersion(component, text)).toBeUndefined();
  });
  it('of any text are finite numbers or nothing, and never throw', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...versionedComponents),
        fc.string({ unit: 'grapheme' }),
        (component, text) => {
          const read = readVersion(component, text);
          return read === undefined || read.numbers.every((each) => Number.isSafeInteger(each));
        },
      ),
      { numRuns: 200 },
    );
  });
});

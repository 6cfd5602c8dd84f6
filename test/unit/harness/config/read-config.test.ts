import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readConfig } from '../../../../harness/config/read-config.ts';
import { maxConfigBytes, readYaml } from '../../../../harness/config/read-yaml.ts';
import { refusal } from '../../../support/constructed/refusal.ts';

const Rack = z.strictObject({
  nodes: z.array(z.strictObject({ name: z.string(), port: z.number().int().max(65535).optional() })).min(1),
  mode: z.enum(['quick', 'nightly']).default('quick'),
});
const read = (text: string) => readConfig(Rack, { file: 'rack.yaml', text });

describe('readConfig', () => {
  it('reads YAML into a frozen value with defaults', () => {
    const rack = read('nodes: [{ name: a, port: 22 }]');
    expect(rack).toEqual({ nodes: [{ name: 'a', port: 22 }], mode: 'quick' });
    expect(Object.isFrozen(rack) && Object.isFrozen(rack.nodes) && Object.isFrozen(rack.nodes[0])).toBe(true);
  });
  it.each([
    ['nodes: [{ name: a, port: 99999 }]', 'rack.yaml: nodes[0].port: expected a number ≤ 65535, got `99999`'],
    ['nodes: [{ name: a, port: 2.5 }]', 'rack.yaml: nodes[0].port: expected an int, got `2.5`'],
    ['nodes: []', 'rack.yaml: nodes: expected a length ≥ 1, got `[]`'],
    ['nodes: [{}]', 'rack.yaml: nodes[0].name: expected text, got nothing'],
    ['[]', 'rack.yaml: expected an object, got `[]`'],
    ['', 'rack.yaml: expected an object, got `null`'],
  ])('refuses %j with file, path, expected and found', (text, message) => {
    expect(refusal(() => read(text))).toMatchObject({ code: 'CONFIG_INVALID', message });
  });
  it('names the nearest known key for an unknown one', () => {
    expect(refusal(() => read('nodes: [{ name: a, prot: 22 }]'))).toEqual({
      code: 'CONFIG_INVALID',
      message: 'rack.yaml: nodes[0]: expected a known key, got `prot`',
      hint: 'Did you mean `port`?',
    });
  });
  it('names the nearest word for an unknown one', () => {
    expect(refusal(() => read('nodes: [{ name: a }]\nmode: nightyl'))).toMatchObject({
      message: 'rack.yaml: mode: expected `quick` or `nightly`, got `"nightyl"`',
      hint: 'Did you mean `nightly`?',
    });
  });
  it('refuses a key that stands there twice, whichever was meant', () => {
    expect(refusal(() => read('nodes: [{ name: a, name: b }]')).message).toBe(
      'rack.yaml: expected each key once, got `name` again at line 1, column 20',
    );
  });
  it('refuses it in JSON too, which is read as what it is', () => {
    expect(refusal(() => read('{"nodes": [{"name": "a", "name": "b"}]}')).message).toBe(
      'rack.yaml: expected each key once, got `name` again at line 1, column 26',
    );
    expect(refusal(() => read('{"nodes": [')).message).toMatch(/^rack.yaml: expected valid YAML/);
  });
  it('reads JSON as YAML does', () => {
    const readBoth = (text: string) => [text, ` ${text}`].map((each) => readYaml({ file: 'x', text: each }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (value) => {
        const [plain, yaml] = readBoth(JSON.stringify(value));
        expect(plain).toEqual(yaml);
      }),
      { numRuns: 300 },
    );
  });
  it('refuses broken YAML and unknown tags', () => {
    expect(refusal(() => read('nodes: [')).message).toMatch(/^rack.yaml: expected valid YAML/);
    expect(refusal(() => read('nodes: !!js/function x')).message).toMatch(/^rack.yaml: expected valid YAML/);
  });
  it.each([
    ['many aliases', `a: &a x\nb: [${'*a, '.repeat(200_000)}]`, 'at most 100 aliases'],
    [
      'aliases in what aliases repeat',
      'a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]',
      'no alias in what has an anchor',
    ],
    [
      'aliases in an object that an alias repeats',
      'a: &a x\nb: &b { c: *a }\nd: *b',
      'no alias in what has an anchor',
    ],
    ['an alias in itself', 'a: &a [*a]', 'no alias in what has an anchor'],
    ['an alias of nothing', 'a: [*b]\nb: &b x', 'an anchor before the alias *b'],
    ['braces within braces', '['.repeat(400_000), 'at most 64 levels'],
    ['dashes behind dashes', '- '.repeat(400_000), 'at most 64 levels'],
    [
      'very many keys',
      Array.from({ length: 80_000 }, (_, index) => `k${index}: x`).join('\n'),
      'at most 300000 tokens',
    ],
    ['very many errors', '"'.repeat(1_000_000), 'at most 300000 tokens'],
  ])('refuses %s before it takes long', (_, text, message) => {
    expect(refusal(() => read(text)).message).toContain(`rack.yaml: expected ${message}`);
  });
  it('repeats what an alias names', () => {
    expect(read('nodes: [{ name: &a x }, { name: *a }]').nodes).toEqual([{ name: 'x' }, { name: 'x' }]);
  });
  it('refuses more than 1 MiB', () => {
    expect(refusal(() => read(`# ${'x'.repeat(maxConfigBytes)}`)).message).toBe(
      `rack.yaml: expected at most 1048576 bytes, got 1048578`,
    );
  });
  it('throws nothing but a refusal, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string({
            unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '[', '*', '&', '"', '\t', '!', '|', '%'),
          }),
        ),
        (text) => {
          expect(refusal(() => read(text)).code).toBe('CONFIG_INVALID');
        },
      ),
    );
  });
});

it('says of several mistakes each, with its own advice', () => {
  const source = { file: 'rack.yaml', text: 'prots: 3\nnodes: 4\n' };
  const schema = z.strictObject({ ports: z.number().optional(), nodes: z.array(z.string()) });
  expect(refusal(() => readConfig(schema, source))).toEqual({
    code: 'CONFIG_INVALID',
    message:
      'rack.yaml: nodes: expected an array, got `4`\nrack.yaml: expected a known key, got `prots`. Did you mean `ports`?',
    hint: 'Mend each of these 2.',
  });
});

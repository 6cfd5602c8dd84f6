import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { readSuite } from '../../harness/config/load-suite.ts';
import { readYaml } from '../../harness/config/read-yaml.ts';
import { resource } from '../../harness/resources.ts';
import { loadRegistry } from '../../workloads/registry.ts';

interface Example {
  readonly file: string;
  readonly text: string;
}

/** The YAML documents that a page shows whole. */
const examplesOf = (page: string): readonly Example[] =>
  [...readFileSync(resource(page), 'utf8').matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, text = '']) => ({ file: page, text }))
    .filter(({ text }) => /^schema: /m.test(text));

const yamlIn = (folder: string): readonly Example[] =>
  readdirSync(resource(folder))
    .filter((name) => name.endsWith('.yaml') && name !== 'vocabulary.yaml')
    .map((name) => `${folder}/${name}`)
    .map((file) => ({ file, text: readFileSync(resource(file), 'utf8') }));

const pages = readdirSync(resource('docs'))
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) => examplesOf(`docs/${name}`));
const schemas = readdirSync(resource('docs/schemas')).filter((name) => name.endsWith('.json'));
const kindOf = ({ file, text }: Example): string =>
  String((readYaml({ file, text }) as { readonly schema?: unknown }).schema).replace('assay/', '');

/** Its own words for what it is against its JSON Schema, as an editor has them. */
function mistakesOf(example: Example, schema: string): unknown {
  const ajv = new Ajv2020({ strict: false, formats: { date: true, starts_with: true } });
  const validate = ajv.compile(JSON.parse(readFileSync(schema, 'utf8')) as object);
  validate(readYaml(example));
  return validate.errors ?? [];
}

describe('an example of a document that people write', () => {
  const examples = [...pages, ...yamlIn('harness/profiles')].filter((example) =>
    schemas.includes(`${kindOf(example)}.v1.schema.json`),
  );

  it('is there of every kind that has a schema', () => {
    expect(new Set(pages.map(kindOf).filter((kind) => schemas.includes(`${kind}.v1.schema.json`)))).toEqual(
      new Set(schemas.map((name) => name.replace('.v1.schema.json', ''))),
    );
  });

  it.each(
    examples.map((example) => [example.file, example] as const),
  )('in %s names its schema for editors, which takes it', (file, example) => {
    const [, named = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(example.text) ?? [];
    expect(named).toMatch(new RegExp(`/?schemas/${kindOf(example)}\\.v1\\.schema\\.json$`));
    expect(mistakesOf(example, join(dirname(resource(file)), named))).toEqual([]);
  });
});

it('the suite that docs/suites.md shows is one', async () => {
  const [example = { file: '', text: '' }] = examplesOf('docs/suites.md');
  expect(readSuite(example, await loadRegistry()).entries.map(({ id }) => id)).toEqual([
    'hash',
    'matmul-fp32',
    'pairs',
  ]);
});

it('the page on schemas has each of them', () => {
  const written = schemas.map((name) => `](${name})`);
  const told = readdirSync(resource('reports/verdict'))
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => `](../../reports/verdict/${name})`);
  const page = readFileSync(resource('docs/schemas/README.md'), 'utf8');
  expect([...page.matchAll(/\]\([^)]*\.schema\.json\)/g)].map(([link]) => link).toSorted()).toEqual(
    [...written, ...told].toSorted(),
  );
});

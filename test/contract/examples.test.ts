import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSuite } from '../../harness/config/load-suite.ts';
import { resource } from '../../harness/resources.ts';
import { loadRegistry } from '../../workloads/registry.ts';

/** The first YAML document that a page shows. */
function exampleOf(page: string): { readonly file: string; readonly text: string } {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(resource(`docs/${page}`), 'utf8')) ?? [];
  return { file: page, text };
}

it('the suite that docs/suites.md shows is one, and names a schema that is there', async () => {
  const example = exampleOf('suites.md');
  expect(readSuite(example, await loadRegistry()).entries.map(({ id }) => id)).toEqual([
    'hash',
    'matmul-fp32',
    'pairs',
  ]);
  const [, schema = ''] = /^# yaml-language-server: \$schema=(.*)$/m.exec(example.text) ?? [];
  expect(JSON.parse(readFileSync(join(resource('docs'), schema), 'utf8'))).toMatchObject({
    $id: 'urn:assay:suite:1',
  });
});

import { writeFile } from 'node:fs/promises';
import { loadRegistry } from '../../workloads/registry.ts';
import { conversionExamplePage } from './conversion-example.ts';
import { writeGoldens } from './golden.ts';

// `npm run golden`: accepts what the present code concludes from the frozen runs. Read the diff of text/ before a commit.
await writeGoldens(await loadRegistry());
await writeFile(new URL('../../docs/conversion-example.md', import.meta.url), await conversionExamplePage());

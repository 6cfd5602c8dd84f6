import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSides } from '../../harness/cli/load-readings.ts';
import { readRuns } from '../../harness/cli/read-runs.ts';
import { usualApartSeconds } from '../../harness/compare/compare.ts';
import { convert } from '../../harness/compare/convert.ts';
import { readEnergy } from '../../harness/config/read-energy.ts';
import { readEnvironment } from '../../harness/environment.ts';
import { conversionPaper } from '../../reports/page/conversion-paper.ts';
import type { Paper } from '../../reports/page/paper.ts';
import { renderPaperMarkdown } from '../../reports/writers/paper.ts';
import { sixEvidence } from '../support/constructed/six-evidence.ts';
import { writeRunDirectory } from '../support/constructed-run-directory.ts';

const profile = 'ai-training-singlenode';
const energy = `asset,from,to,joule,label
rig01,2026-03-02T00:00:00Z,2026-03-03T00:00:00Z,126000000,measured
s21-1,2026-03-02T00:00:00Z,2026-03-02T12:00:00Z,149040000,measured
gpu1,2026-10-05T09:00:00Z,2026-10-06T09:00:00Z,561600000,BMC
`;

/** A hall before and after: 12 rigs and 4 ASICs, then 2 HGX nodes; machines that were never there, judged as real ones are. */
export async function conversionExample(): Promise<Paper> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-example-'));
  try {
    const place = (rack: string, at: number) => ({ rack, slot: `U${at + 1}` });
    await writeRunDirectory(join(folder, 'before'), {
      id: 'mine-survey',
      startedAt: '2026-03-02T08:00:00Z',
      purpose: 'survey',
      profile,
      site: 'Soria',
      nodes: Array.from({ length: 12 }, (_, at) => ({
        ...(at < 9 ? sixEvidence.riser : sixEvidence.miningCard),
        id: `rig${String(at + 1).padStart(2, '0')}`,
        ...place('M1', at),
        // Of the last one nobody says what it draws.
        ...(at === 11 ? {} : { watts: at < 6 ? { miningWatts: 1450 } : { psuWatts: 2000 } }),
      })),
      asics: Array.from({ length: 4 }, (_, at) => ({
        name: `s21-${at + 1}`,
        model: 'Antminer S21',
        serial: `EXAMPLE${at + 1}`,
        watts: 3500,
        terahashesPerSecond: 200,
        ...place('M2', at),
      })),
    });
    await writeRunDirectory(join(folder, 'after'), {
      id: 'hall-acceptance',
      startedAt: '2026-10-05T08:00:00Z',
      purpose: 'certify',
      profile,
      site: 'Soria',
      nodes: [1, 2].map((at) => ({
        ...sixEvidence.healthyH100,
        id: `gpu${at}`,
        ...place('R1', at),
        watts: { maxWatts: 10_200 },
      })),
    });
    const environment = { ...readEnvironment(), workingDirectory: folder };
    const sides = await openSides(environment, { before: ['before'], after: ['after'] }, undefined);
    return conversionPaper(
      convert(await readRuns('judged', sides), {
        apartSeconds: usualApartSeconds,
        energy: { file: 'energy.csv', rows: readEnergy(energy, 'energy.csv') },
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The page of it in docs/, which is what `assay conversion` writes as Markdown below a few words. */
export const conversionExamplePage = async (): Promise<string> => `# A conversion, by example

Twelve rigs and four ASICs before, two HGX nodes after: machines that were never there, made by \`test/golden/conversion-example.ts\` from the
raw texts that such machines leave, and judged as real ones are. Nothing was measured on them, so all that has to be measured is missing. Of one
rig nobody says what it draws; of one rig, one ASIC and one node there is energy. What each part means stands in [docs/compare.md](compare.md).
\`npm run golden\` writes this page.

${(await conversionExample().then(renderPaperMarkdown)).replaceAll(/^#/gm, '##')}`;

import type { Verdict } from '../verdict/verdict.ts';
import { shellWord } from './shell-word.ts';
import { isUnmet } from './uncovered-cells.ts';

/** The command lines with which a reader checks the verdict from a copy of the run directory. */
export function checkCommands(
  verdict: Verdict,
): readonly { readonly command: string; readonly what: string }[] {
  const run = shellWord(verdict.run.id);
  const cell = verdict.cells.find((each) => each.level === 'required' && isUnmet(each)) ?? verdict.cells[0];
  return [
    {
      command: `assay judge ${run} --profile ${shellWord(verdict.profile.id)}`,
      what: 'parses the saved outputs and judges again, offline; the verdict must come out the same, byte for byte',
    },
    ...(cell === undefined
      ? []
      : [
          {
            command: `assay explain ${run} ${shellWord(cell.id)}`,
            what: 'from one cell to its limit, its source, the raw lines and the command to repeat it by hand',
          },
        ]),
  ];
}

import { bundleCommand } from './bundle.ts';
import { certifyCommand } from './certify.ts';
import { claimCommand } from './claim.ts';
import type { Registration } from './command.ts';
import { compareCommand } from './compare.ts';
import { completionCommand } from './completion.ts';
import { conversionCommand } from './conversion.ts';
import { explainCommand } from './explain.ts';
import { factsCommand } from './facts.ts';
import { historyCommand } from './history.ts';
import { initCommand } from './init.ts';
import { judgeCommand } from './judge.ts';
import { keysCommand } from './keys.ts';
import { ledgerCommand } from './ledger.ts';
import { nightlyCommand } from './nightly.ts';
import { nodesCommand } from './nodes.ts';
import { ocpCommand } from './ocp.ts';
import { parseCommand } from './parse.ts';
import { planCommand } from './plan.ts';
import { profilesCommand } from './profiles.ts';
import { punchListCommand } from './punch-list.ts';
import { reportCommand } from './report.ts';
import { resumeCommand } from './resume.ts';
import { rmaCommand } from './rma.ts';
import { runsCommand } from './runs.ts';
import { serveCommand } from './serve.ts';
import { signCommand } from './sign.ts';
import { stopCommand } from './stop.ts';
import { surveyCommand } from './survey.ts';
import { toolpackCommand } from './toolpack.ts';
import { verifyCommand } from './verify.ts';
import { workloadsCommand } from './workloads.ts';

/** Every command of the command line, by what somebody wants. Their modules import nothing heavy; what a command needs, it loads. */
export const commandGroups: readonly (readonly [title: string, commands: readonly Registration[]])[] = [
  [
    'Measure',
    [surveyCommand, initCommand, planCommand, certifyCommand, nightlyCommand, resumeCommand, stopCommand],
  ],
  [
    'Read what was measured',
    [
      ...[runsCommand, judgeCommand, reportCommand, explainCommand],
      ...[punchListCommand, compareCommand, conversionCommand, historyCommand, serveCommand, parseCommand],
    ],
  ],
  [
    'Hand it over',
    [
      ...[signCommand, verifyCommand, bundleCommand, claimCommand],
      ...[rmaCommand, ocpCommand, keysCommand, ledgerCommand],
    ],
  ],
  ['Know machines', [factsCommand, nodesCommand, toolpackCommand]],
  ['Look up', [workloadsCommand, profilesCommand, completionCommand]],
];

export const commands: readonly Registration[] = commandGroups.flatMap(([, those]) => those);

import { cleanCommand } from './clean.ts';
import type { Registration } from './command.ts';
import { explainCommand } from './explain.ts';
import { judgeCommand } from './judge.ts';
import { parseCommand } from './parse.ts';
import { profilesCommand } from './profiles.ts';
import { reportCommand } from './report.ts';
import { resumeCommand } from './resume.ts';
import { stopCommand } from './stop.ts';
import { surveyCommand } from './survey.ts';
import { workloadsCommand } from './workloads.ts';

/** Every command of the command line. Their modules import nothing heavy; what a command needs, it loads. */
export const commands: readonly Registration[] = [
  surveyCommand,
  judgeCommand,
  reportCommand,
  explainCommand,
  resumeCommand,
  stopCommand,
  parseCommand,
  workloadsCommand,
  profilesCommand,
  cleanCommand,
];

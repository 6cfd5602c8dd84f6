import type { Writable } from 'node:stream';
import { cleanText } from '../../reports/text/clean-text.ts';
import { wrapText } from '../../reports/text/wrap-text.ts';
import type { Said } from '../../reports/verdict/said.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { formatCount } from '../../reports/verdict/words/format-count.ts';
import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { renderPartial } from '../../reports/writers/render-partial.ts';
import type { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Environment } from '../environment.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { MeasureEvents } from '../run/measure-options.ts';
import { describeNodes } from './describe-nodes.ts';
import { LiveLine } from './live-line.ts';
import { StepClock } from './step-clock.ts';
import { localNode } from './ways.ts';

/** Width of the words in front of every fact, under which long ones are continued. */
const labelColumns = 14;

/**
 * Tells a person what happens. On a terminal the last line says where the run stands, every second; elsewhere each step is a line
 * when it begins.
 */
export function createProgress(
  err: Writable,
  terminal: Environment['terminal'],
  now: () => Date,
): MeasureEvents & {
  /** What is waited for first: answers of so many machines, and that each was watched for so long. */
  readonly opening: (machines: number, watchSeconds: number) => void;
  readonly end: () => void;
} {
  const { isInteractive, columns } = terminal;
  const live = new LiveLine(err, terminal);
  const clock = new StepClock();
  const nowMs = (): number => now().getTime();
  const beganMs = nowMs();
  const since = (ms: number): string => clockTime(nowMs() - ms);
  const line = (text: string): void => {
    live.clear();
    const [first = '', ...more] = wrapText(cleanText(text), columns - labelColumns);
    for (const each of [first, ...more.map((rest) => `${' '.repeat(labelColumns)}${rest}`)])
      err.write(`${each}\n`);
  };
  const describe = (step: PlannedStep): string =>
    `${step.node === localNode ? '' : `${step.node} `}${step.entry} (${step.tool}, run ${step.repetition})`;
  let [done, total] = [0, 0];
  const standing = (): string => {
    const left = clock.leftMs(nowMs(), total - done);
    const slowest = clock.slowest(nowMs());
    const others = clock.running - 1;
    return [
      `${done} of ${formatCount(total, 'step')}`,
      since(beganMs),
      ...(left === undefined ? [] : [`about ${clockTime(left)} left`]),
      ...(slowest === undefined
        ? []
        : [
            `${slowest.step.node === localNode ? '' : `${slowest.step.node} `}${slowest.step.entry} ${clockTime(slowest.ms)}${others > 0 ? ` and ${others} more` : ''}`,
          ]),
    ].join(' · ');
  };
  live.say(() => `reaching the machine · ${since(beganMs)}`);
  return {
    opening: (machines, watchSeconds) => {
      const what = machines === 1 ? 'the machine' : formatCount(machines, 'machine');
      const watch = watchSeconds === 0 ? '' : `, and watching for ${watchSeconds} s whether it is in use`;
      live.say(
        () =>
          `reaching ${what}${machines === 1 ? watch : watch.replace('it is', 'they are')} · ${since(beganMs)}`,
      );
    },
    end: () => live.end(),
    onReached: (node, reached, all) => {
      if (all === 1) live.say(() => `looking at the machine · ${since(beganMs)}`);
      else if (isInteractive)
        live.say(() => `${reached} of ${all} machines have answered, ${node} last · ${since(beganMs)}`);
      else line(`[${reached}/${all}] ${node} has answered`);
    },
    onSameMachine: (firstNames, names) => describeNames(firstNames, names).forEach(line),
    onFacts: (nodes, findings) => describeNodes(nodes, findings).forEach(line),
    onPlan: (plan) => {
      describePlan(plan).forEach(line);
      clock.expect(plan.steps.filter(({ seat }) => (seat?.rank ?? 0) === 0));
    },
    onStepStarted: (step, before, all) => {
      [done, total] = [before, all];
      clock.started(step, nowMs());
      if (isInteractive) live.say(standing);
      else line(`[${before + 1}/${all}] ${describe(step)} …`);
    },
    onNodeMeasured: ({ node, conclusion, reason, passed, open }) => {
      live.clear();
      err.write(`${renderPartial({ id: node, conclusion, reason, passed, open }, columns)}\n`);
    },
    onBootAwaited: (node) => line(`- ${node}: waiting for it to be rebooted`),
    onExtension: (nodes, restSeconds) =>
      line(
        `- ${foldNodeSet(nodes)}: the runs do not decide yet; ${formatDuration(1000 * restSeconds)} of rest, then another session`,
      ),
    onNodeLost: (node, error) => line(`- ${node}: ${textBeside(node, error)}; reaching for it again`),
    onNodeFailed: (node, error) => {
      line(`✖ ${node}: ${error.code} ${textBeside(node, error)}`);
      if (error.hint !== undefined) line(`  ${error.hint}`);
    },
    onStepEnded: (step, execution, ended, all) => {
      [done, total] = [ended, all];
      clock.ended(step, nowMs());
      if (execution !== 'completed') line(`[${ended}/${all}] ${describe(step)}: ${execution}`);
      else if (isInteractive) live.say(standing);
    },
  };
}

/** As a stopwatch has it, `0:07`, `1:02:30`: a line that is written anew each second keeps its width. */
function clockTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (count: number): string => `${count % 60}`.padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds)}`
    : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}

/** What an error says in a line that begins with the node already. */
const textBeside = (node: string, error: AssayError): string =>
  error.node === node ? error.text : error.message;

/** Whether something can be installed that would help. */
const isLack = (reason: Said): boolean =>
  reason.say === 'tools-lack' && reason.tools.some(({ why }) => why.say === 'lacks');

/** How many machines there are behind the names, and which names are others of one. */
const describeNames = (firstNames: ReadonlyMap<string, string>, names: number): readonly string[] => [
  `machines      ${names - firstNames.size} distinct of ${names} planned`,
  ...[...firstNames].map(([node, first]) => `same machine  ${node} is ${first}`),
];

/** What is about to be done and how long it may take, printed beforehand. */
export function describePlan(plan: Plan): readonly string[] {
  return [
    `plan          ${formatCount(plan.steps.filter(({ seat }) => (seat?.rank ?? 0) === 0).length, 'step')}, at most ${formatDuration(plan.budgetSeconds * 1000)}`,
    ...[...Map.groupBy(plan.unplanned, ({ entry, reason }) => `${entry}: ${say(reason)}`)].map(
      ([text, those]) => {
        const names = those.map(({ node }) => node).filter((node) => node !== localNode);
        return `not possible  ${names.length === 0 ? '' : `${foldNodeSet(names)} `}${text}`;
      },
    ),
    ...(plan.unplanned.some(({ node, reason }) => node === localNode && isLack(reason))
      ? ['hint          --install-tools installs the missing tools first (apt)']
      : []),
  ];
}

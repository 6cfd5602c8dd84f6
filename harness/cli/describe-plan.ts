import { cleanText } from '../../reports/text/clean-text.ts';
import { wrapText } from '../../reports/text/wrap-text.ts';
import { listedUnder, nodeOfCell } from '../../reports/verdict/algebra.ts';
import type { Cell } from '../../reports/verdict/cell.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { formatDuration } from '../../reports/verdict/words/format-duration.ts';
import { formatQuantity } from '../../reports/verdict/words/format-quantity.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import { nameOf } from '../../workloads/kit/subject.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import { candidateLimits } from '../config/candidate-limits.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { judge } from '../judge/judge.ts';
import { checkPowerDomains } from '../plan/check-nodes.ts';
import { roundsOf } from '../plan/create-plan.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { whyUnfed } from '../plan/why-unfed.ts';
import type { Seen } from '../run/measure.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';

/**
 * What certify is going to do, for a person who has to allow it: phases with the time they take at most, commands, bytes
 * written, rights, power per domain; and what the profile wants to know and will not be told, and why. All but the commands,
 * which are there to be copied, keeps to `columns`.
 */
export function describeWholePlan(
  evidence: RunEvidence,
  { plan, nodes }: Seen,
  columns: number,
): readonly string[] {
  const { registry } = evidence;
  const material = evidence.material();
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    titled(
      title,
      lines.flatMap((line) =>
        wrapText(cleanText(line), columns - 4).map((text, place) => (place === 0 ? text : `  ${text}`)),
      ),
    );
  return [
    ...section('PHASES', describePhases(plan, nodes)),
    ...titled(
      'COMMANDS (of the first node of each kind)',
      describeCommands(plan, nodes, registry).map(cleanText),
    ),
    ...section('WRITTEN', describeWrites(plan, registry)),
    ...section('ROOT', ['needed for nothing: what only root can see is reported as not known']),
    ...section('POWER', describePower(material, plan, registry)),
    ...section('MACHINES', describeMachines(material)),
    ...section(
      'NOT REACHED',
      material.nodes.flatMap(({ id, reached, sameAs, why }) =>
        reached || sameAs !== undefined ? [] : [`${id}: ${why === undefined ? 'no reason given' : say(why)}`],
      ),
    ),
    ...section(
      'FAILS ALREADY',
      describeCells(material, ({ verdict, reason }) => (verdict === 'fail' ? say(reason) : undefined)),
    ),
    ...section(
      'WILL NOT BE SHOWN',
      describeCells(material, (cell) => whyHopeless(cell, material, registry)),
    ),
  ];
}

const titled = (title: string, lines: readonly string[]): readonly string[] => [
  title,
  ...(lines.length === 0 ? ['  nothing'] : lines.map((line) => `  ${line}`)),
  '',
];

/** How many machines there are behind the names, and which names are others of one. */
function describeMachines({ nodes }: RunMaterial): readonly string[] {
  const others = nodes.flatMap(({ id, sameAs }) =>
    sameAs === undefined ? [] : [`${id} is the same machine as ${sameAs}`],
  );
  return [`${nodes.length - others.length} distinct of ${nodes.length} planned`, ...others];
}

function describePhases(plan: Plan, nodes: readonly OpenNode[]): readonly string[] {
  const alone = plan.steps.filter(({ seat }) => seat === undefined);
  const perNode = nodes.map(({ node }) =>
    alone.filter((step) => step.node === node).reduce((sum, { budgetMs }) => sum + budgetMs, 0),
  );
  const rounds = roundsOf(plan.steps);
  return [
    `1. on every node alone, all ${nodes.length} at once: ${alone.length} steps, at most ${formatDuration(Math.max(0, ...perNode))}`,
    ...rounds.map((round, index) => {
      const [first] = round;
      const groups = round.filter(({ seat }) => seat?.rank === 0).length;
      const most = Math.max(...round.map(({ budgetMs }) => budgetMs));
      return `${index + 2}. ${first?.entry ?? ''}, round ${first?.repetition ?? 0}: ${groups} ${groups === 1 ? 'group' : 'groups at once'}, at most ${formatDuration(most)}`;
    }),
    `in all at most ${formatDuration(plan.budgetSeconds * 1000)}${rounds.length > 0 ? '; more only to find out who is to blame for a bad measurement' : ''}`,
  ];
}

function describeCommands(plan: Plan, nodes: readonly OpenNode[], registry: Registry): readonly string[] {
  const kinds = Map.groupBy(
    plan.steps.filter(({ seat, repetition }) => (seat?.rank ?? 0) === 0 && repetition === 1),
    ({ entry, tool }) => `${entry} with ${tool}`,
  );
  return [...kinds].flatMap(([kind, steps]) => {
    const names = [
      ...new Set(steps.flatMap(({ node, seat }) => seat?.members.map((each) => each.node) ?? [node])),
    ];
    return [
      `${kind} on ${foldNodeSet(names)}`,
      ...commandsOf(steps[0], nodes, registry).map((line) => `  ${line}`),
    ];
  });
}

function commandsOf(
  step: PlannedStep | undefined,
  nodes: readonly OpenNode[],
  registry: Registry,
): readonly string[] {
  const facts = nodes.find(({ node }) => node === step?.node)?.facts;
  const registered = step && registry.get(step.workload);
  const tool = registered?.tools.find(({ id }) => id === step?.tool) as Tool | undefined;
  const params = registered?.workload.params.safeParse(step?.params);
  if (facts === undefined || tool?.plan === undefined || params?.success !== true) return [];
  const place = step?.seat === undefined ? undefined : { seat: step.seat, launch: undefined };
  return tool
    .plan(params.data, facts, place)
    .map(({ file, args }) => [file, ...args].map((word) => shellWord(word, '{}')).join(' '));
}

function describeWrites(plan: Plan, registry: Registry): readonly string[] {
  const perNode = new Map<string, number>();
  for (const { node, workload, tool: id, params } of plan.steps) {
    const registered = registry.get(workload);
    const read = registered?.workload.params.safeParse(params);
    const bytes =
      read?.success === true
        ? (registered?.tools.find((tool) => tool.id === id)?.writtenBytes?.(read.data) ?? 0)
        : 0;
    if (bytes > 0) perNode.set(node, (perNode.get(node) ?? 0) + bytes);
  }
  const same = Map.groupBy([...perNode], ([, bytes]) => bytes);
  return [...same].map(
    ([bytes, those]) =>
      `at most ${formatQuantity(bytes, 'B')} to the scratch directory of each of ${foldNodeSet(those.map(([node]) => node))}`,
  );
}

function describePower({ inventory }: RunMaterial, plan: Plan, registry: Registry): readonly string[] {
  const heavy = plan.steps.filter(({ workload }) => registry.get(workload)?.workload.load === 'heavy');
  const loaded = new Set(heavy.map(({ node }) => node));
  const domains = checkPowerDomains(inventory, loaded);
  return domains.length === 0
    ? ['the inventory names no power domain, so nothing limits how many nodes are loaded at once']
    : domains.map(
        ({ id, limitKw, plannedKw }) =>
          `${id}: at most ${plannedKw} kW of ${limitKw} kW, begun by a tenth of its nodes every 5 s`,
      );
}

/** Equal cells of many nodes in one line. */
function describeCells(
  material: RunMaterial,
  reasonOf: (cell: Cell) => string | undefined,
): readonly string[] {
  // Of a node that nobody reached, or that is another one, nothing will be shown: one line says so.
  const isAbsent = ({ missing }: Cell): boolean => missing === 'no-access' || missing === 'same-machine';
  const cells = judge(material).cells.flatMap((cell) => {
    const reason = isAbsent(cell) ? undefined : reasonOf(cell);
    return reason === undefined ? [] : [{ cell, text: `${cell.level}: ${cell.title}: ${reason}` }];
  });
  const same = Map.groupBy(cells, ({ text }) => text);
  return [...same].map(
    ([text, those]) => `${text} (${foldNodeSet([...new Set(those.map(({ cell }) => listedUnder(cell)))])})`,
  );
}

/** Why nothing in the plan can fill a cell; absent when something may. */
function whyHopeless(cell: Cell, material: RunMaterial, registry: Registry): string | undefined {
  const { verdict, missing, requirement, subject, reason } = cell;
  if (verdict === 'pass' || verdict === 'fail' || verdict === 'not-applicable') return undefined;
  const rule = material.profile.requirements.find(({ id }) => id === requirement)?.rule;
  if (rule?.kind !== 'metric' || missing !== 'not-run') return say(reason);
  const id = material.metrics.get(rule.metric)?.workload;
  const steps = (material.plan?.steps ?? []).filter(
    (step) =>
      step.workload === id &&
      (step.seat === undefined ? step.node === nodeOfCell(cell) : step.seat.group === nameOf(subject)),
  );
  if (steps.length === 0) return say(reason);
  const workload = registry.get(id ?? '')?.workload;
  const where = workload && whyUnfed(candidateLimits(rule, material.limits), steps, workload);
  return where === undefined
    ? undefined
    : `no step of the suite gives it with ${Object.entries(where)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(', ')}`;
}

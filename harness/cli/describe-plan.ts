import { cleanText } from '../../reports/text/clean-text.ts';
import { wrapText } from '../../reports/text/wrap-text.ts';
import { foldNodeSet } from '../../reports/verdict/words/fold-names.ts';
import { formatQuantity } from '../../reports/verdict/words/format-quantity.ts';
import { say } from '../../reports/verdict/words/say.ts';
import { whyNotAllowed } from '../../workloads/kit/privilege.ts';
import { shellWord } from '../../workloads/kit/shell-quote.ts';
import type { Tool } from '../../workloads/kit/tool.ts';
import type { Registry } from '../../workloads/registry.ts';
import type { OpenNode } from '../fleet/open-node.ts';
import { checkPowerDomains, liquidCooled } from '../plan/check-nodes.ts';
import { describeRig, findRigs } from '../plan/check-rigs.ts';
import { listPrivileged } from '../plan/list-privileged.ts';
import { loadedNodes } from '../plan/loaded-nodes.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Seen } from '../run/measure.ts';
import type { RunEvidence } from '../store/run-evidence.ts';
import type { RunMaterial } from '../store/run-material.ts';
import { describeExtension } from './describe-extension.ts';
import { describePhases } from './describe-phases.ts';
import { describeForeseen, foresee } from './forecast.ts';

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
  const counting = describeExtension(plan, material);
  const forecast = foresee(material, registry);
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    titled(
      title,
      lines.flatMap((line) =>
        wrapText(cleanText(line), columns - 4).map((text, place) => (place === 0 ? text : `  ${text}`)),
      ),
    );
  return [
    ...section('PHASES', describePhases(plan, nodes.length, material.suite)),
    ...(counting.length === 0 ? [] : section('MORE RUNS', counting)),
    ...titled(
      'COMMANDS (of the first node of each kind)',
      describeCommands(plan, nodes, registry).map(cleanText),
    ),
    ...section('WRITTEN', describeWrites(plan, registry)),
    ...section('ROOT', describeRoot({ ...material, registry }, nodes)),
    ...section('POWER', describePower(material, { plan, nodes }, registry)),
    ...section('MACHINES', describeMachines(material)),
    ...section(
      'NOT REACHED',
      material.nodes.flatMap(({ id, reached, sameAs, why }) =>
        reached || sameAs !== undefined ? [] : [`${id}: ${why === undefined ? 'no reason given' : say(why)}`],
      ),
    ),
    ...section('FAILS ALREADY', describeForeseen(forecast.failing)),
    ...section('WILL NOT BE SHOWN', describeForeseen(forecast.hopeless)),
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
  const places = new Map<string, Map<string, number>>();
  for (const { node, workload, tool: id, params } of plan.steps) {
    const registered = registry.get(workload);
    const read = registered?.workload.params.safeParse(params);
    if (read?.success !== true) continue;
    const bytes = registered?.tools.find((tool) => tool.id === id)?.writtenBytes?.(read.data) ?? 0;
    const place =
      registered?.workload.destroys?.(read.data) === true ? drivesOf(params) : 'the scratch directory';
    if (bytes === 0) continue;
    const perNode = places.get(place) ?? new Map<string, number>();
    perNode.set(node, (perNode.get(node) ?? 0) + bytes);
    places.set(place, perNode);
  }
  return [...places].flatMap(([place, perNode]) =>
    [...Map.groupBy([...perNode], ([, bytes]) => bytes)].map(
      ([bytes, those]) =>
        `at most ${formatQuantity(bytes, 'B')} to ${place} of each of ${foldNodeSet(those.map(([node]) => node))}`,
    ),
  );
}

/** Whole drives, by the serial numbers that the plan was given. */
function drivesOf({ serials }: PlannedStep['params']): string {
  const names = Array.isArray(serials) ? serials.map(String) : [];
  return `the drives with the serial numbers ${names.join(', ')}, DESTROYING ALL THAT IS ON THEM,`;
}

/** What needs root, and whether the agent has it there; without it the cells stand below, with this reason. */
function describeRoot(
  { suite, registry }: RunMaterial & Pick<RunEvidence, 'registry'>,
  nodes: readonly OpenNode[],
): readonly string[] {
  const lines = nodes.flatMap(({ node, facts }) => {
    const words = listPrivileged(suite, facts, registry);
    const isAllowed = whyNotAllowed(words, facts) === undefined;
    const how = isAllowed
      ? 'as root or by sudo -n'
      : 'refused: `assay nodes sudoers` prints the rule that is lacking';
    return words.map((each) => ({ node, text: `${each.map((word) => shellWord(word)).join(' ')} (${how})` }));
  });
  const same = Map.groupBy(lines, ({ text }) => text);
  return lines.length === 0
    ? ['needed for nothing: what only root can see is reported as not known']
    : [...same].map(([text, those]) => `${foldNodeSet(those.map(({ node }) => node))}: ${text}`);
}

function describePower(
  { inventory }: RunMaterial,
  { plan, nodes }: Seen,
  registry: Registry,
): readonly string[] {
  const loaded = loadedNodes(plan, registry);
  const domains = checkPowerDomains(inventory, loaded.all);
  const rigs = findRigs(inventory, nodes, loaded).map(describeRig);
  const watch =
    inventory.facility === undefined
      ? 'heavy load needs --facility-ack NAME, since nothing here watches flow and leaks'
      : `idle as soon as \`${inventory.facility.command.map((word) => shellWord(word)).join(' ')}\` tells of a leak or no flow, or nothing for 30 s`;
  const liquid = [...liquidCooled(inventory, loaded.all)].map(
    ([cooling, nodes]) => `${foldNodeSet(nodes.map(({ name }) => name))}: cooled by ${cooling}; ${watch}`,
  );
  return domains.length === 0
    ? [
        ...rigs,
        ...liquid,
        'the inventory names no power domain, so nothing limits how many nodes are loaded at once',
      ]
    : [
        ...rigs,
        ...liquid,
        ...domains.map(
          ({ id, limitKw, plannedKw }) =>
            `${id}: at most ${plannedKw} kW of ${limitKw} kW, begun by a tenth of its nodes every 5 s`,
        ),
      ];
}

import { isDelicate } from '../../kit/care.ts';
import type { CommandInput } from '../../kit/command.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import type { HostFacts } from '../../kit/facts/host-facts.ts';
import { outputOf } from '../../kit/read-output.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool } from '../../kit/tool.ts';
import { readDiag } from '../read-diag.ts';
import { readDiscovery } from '../read-discovery.ts';
import { weighResults } from '../weigh-results.ts';
import type { DiagnosticsParams } from '../workload.ts';
import { diagnostics } from '../workload.ts';

/** Minutes that a level may take: seconds, two and twenty minutes are usual (DCGM User Guide, DCGM Diagnostics). */
const minutesOf = { 1: 5, 2: 15, 3: 60 } as const;

const ask: readonly CommandInput[] = [
  { id: 'version', file: 'dcgmi', args: ['--version'], timeoutMs: 60_000 },
  { id: 'discovery', file: 'dcgmi', args: ['discovery', '-l'], goodExit: 'any', timeoutMs: 60_000 },
];

/** NVIDIA's Data Center GPU Manager, whose host engine has to run on the node already: nothing is started or set. */
export const dcgmi = defineTool(diagnostics, {
  id: 'dcgmi',
  rank: 10,
  origin: 'native',
  // Never installed for this: it brings a service.
  requires: { programs: ['dcgmi'], packages: [] },
  needs: (params, facts) => needParts(params, facts),
  plan: ({ level }) => [
    ...ask,
    {
      id: 'diag',
      file: 'dcgmi',
      args: ['diag', '-r', `${level}`, '-j'],
      // It says by its exit code too that a test failed.
      goodExit: 'any',
      ...(level === 1 ? {} : { loads: 'accelerators' }),
      timeoutMs: minutesOf[level] * 60_000,
    },
  ],
  parse: (outputs, params) => {
    const said = outputOf(outputs, 'version');
    if (!said.ok) return said;
    const toolVersion = /^\s*dcgmi {1,2}version: (\d{1,3}\.\d{1,3}\.\d{1,4})\s*$/.exec(
      said.value.stdout,
    )?.[1];
    if (toolVersion === undefined) return err('expected the version of dcgmi, got another text');
    const major = Number(toolVersion.split('.')[0]);
    if (major < 3) return err(`expected DCGM 3 or 4, got ${toolVersion}`);
    const { discovery, diag } = outputs;
    if (discovery === undefined || diag === undefined)
      return err('expected the GPUs that DCGM knows and what it says of them: a command never ran');
    const [unreached] =
      /^Error: [^\n]*\bhost engine\b[^\n]*/im.exec(discovery.stdout + discovery.stderr) ?? [];
    if (unreached !== undefined)
      return ok({ toolVersion, readings: [], unmeasured: [{ why: unreached.slice(0, 200) }] });
    const listed = outputOf(outputs, 'discovery');
    if (!listed.ok) return listed;
    const gpus = readDiscovery(listed.value.stdout);
    if (!gpus.ok) return gpus;
    const [alarm] = diag.watch?.alarms ?? [];
    if (diag.exitCode === undefined || alarm !== undefined)
      return err(`dcgmi diag: ${alarm === undefined ? 'it did not end by itself' : alarm.said}`);
    const answer = readDiag(diag.stdout, major);
    if (!answer.ok) return answer;
    const { version = toolVersion } = answer.value;
    if (version !== toolVersion)
      return err(
        `expected a host engine of DCGM ${toolVersion} as dcgmi is, got \`${version.slice(0, 40)}\``,
      );
    const weighed = weighResults(answer.value, params, gpus.value, diag);
    return weighed.ok ? ok({ toolVersion, ...weighed.value }) : weighed;
  },
});

/** Whether there are GPUs to ask about, and whether they may be loaded so. */
function needParts({ level }: DiagnosticsParams, { accelerators }: HostFacts): Result<undefined> {
  const found = valueOf(accelerators) ?? [];
  const answered = found.filter(({ vendor, usable }) => vendor === 'NVIDIA' && valueOf(usable) === true);
  if (answered.length === 0)
    return err("expected an accelerator of NVIDIA's whose driver answers, found none");
  if (level === 1) return ok(undefined);
  if (found.some(isDelicate))
    return err('it loads all accelerators together, and this machine is built for one at a time');
  // DCGM User Guide, dcgmi diag: other GPUs than those for data centres support level 1.
  const consumer = answered.find(({ model }) => /\b(GeForce|TITAN)\b/i.test(valueOf(model) ?? ''));
  return consumer === undefined
    ? ok(undefined)
    : err(`DCGM tests parts for data centres above level 1, and not ${valueOf(consumer.model)}`);
}

import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay workloads`: what can be measured, with which tools, best first. */
export const workloadsCommand = defineCommand({
  command: 'workloads',
  describe: 'List workloads, their metrics and tools',
  examples: [['workloads', 'what can be measured, with which tools']],
  builder: (argv) => argv.option('json', { type: 'boolean', default: false, describe: 'Print as JSON' }),
  run: async ({ json }, { out }) => {
    const { loadRegistry } = await import('../../workloads/registry.ts');
    const workloads = [...(await loadRegistry()).values()].map(({ workload, tools }) => ({
      id: workload.id,
      title: workload.title,
      metrics: Object.entries(workload.metrics).map(([name, { unit, title }]) => ({
        id: `${workload.id}.${name}`,
        unit,
        title,
      })),
      tools: tools.map(({ id, origin, requires }) => ({ id, origin, packages: requires.packages })),
    }));
    if (json) {
      out.write(`${JSON.stringify(workloads, undefined, 1)}\n`);
      return exitCodes.pass;
    }
    for (const workload of workloads) {
      out.write(`${workload.id}  ${workload.title}\n`);
      for (const { id, unit, title } of workload.metrics) out.write(`  ${id} [${unit}]  ${title}\n`);
      for (const { id, origin, packages } of workload.tools) {
        out.write(
          `  tool ${id}${origin === 'embedded' ? ' (embedded, indicative)' : ''}${packages.length > 0 ? `  from ${packages.join(', ')}` : ''}\n`,
        );
      }
    }
    return exitCodes.pass;
  },
});

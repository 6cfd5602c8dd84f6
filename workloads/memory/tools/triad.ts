import { defineTool, serving } from '../../kit/tool.ts';
import { canRunTriad, planTriad, triadRequires } from '../plan-triad.ts';
import { readTriad } from '../read-triad.ts';
import { isHost, memory } from '../workload.ts';

/** Our own triad and copy: every NUMA node at once, each on memory that its own threads have filled. */
export const triad = defineTool(
  memory,
  serving(isHost, "triad measures the host's memory only", {
    id: 'triad',
    rank: 10,
    origin: 'native',
    requires: triadRequires,
    needs: canRunTriad,
    plan: planTriad,
    parse: readTriad,
  }),
);

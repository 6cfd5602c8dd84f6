import { deviceTool, measurable } from '../../kit/device-program.ts';
import { valueOf } from '../../kit/facts/fact.ts';
import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { copyBetween } from '../copy-between.ts';
import { isPeers, memory } from '../workload.ts';

const tool = deviceTool('cuda', copyBetween);

/** Copies from accelerator to accelerator, by NVIDIA's driver alone. */
export const peers = defineTool(
  memory,
  serving(isPeers, 'peers copies between accelerators only', {
    ...tool,
    id: 'peers',
    rank: 36,
    needs: (params, facts) => {
      const count = measurable(valueOf(facts.accelerators) ?? []).length;
      return count === 1
        ? err('a copy between accelerators takes two, and there is one')
        : tool.needs(params, facts);
    },
  }),
);

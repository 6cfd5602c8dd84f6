import { deviceTool } from '../../kit/device-program.ts';
import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { multiplyOnDevices } from '../multiply-on-devices.ts';
import { isVector, matmul } from '../workload.ts';

const tool = deviceTool('cuda', multiplyOnDevices);

/** The same device code by NVIDIA's driver alone; PTX for the oldest cards has no arithmetic in FP16. */
export const ptx = defineTool(
  matmul,
  serving(isVector, 'ptx multiplies on accelerators only', {
    ...tool,
    needs: (params, facts) =>
      params.kernel === 'half'
        ? err('expected FP32 arithmetic, got FP16: opencl has it')
        : tool.needs(params, facts),
  }),
);

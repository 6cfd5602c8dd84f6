import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { multiplyByLibrary } from '../multiply-by-library.ts';
import { isVendor, matmul } from '../workload.ts';

/** NVIDIA's own library of matrix products, which the node, a toolkit or a tool pack has. */
export const cublaslt = defineTool(
  matmul,
  serving(isVendor, 'cublaslt multiplies by matrix units of accelerators only', {
    ...deviceTool('cuda', multiplyByLibrary),
    id: 'cublaslt',
    rank: 33,
  }),
);

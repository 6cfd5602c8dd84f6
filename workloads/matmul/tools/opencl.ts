import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { multiplyOnDevices } from '../multiply-on-devices.ts';
import { isVector, matmul } from '../workload.ts';

/** Our own device code through OpenCL. */
export const opencl = defineTool(
  matmul,
  serving(isVector, 'opencl multiplies on accelerators only', deviceTool('opencl', multiplyOnDevices)),
);

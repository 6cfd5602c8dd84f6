import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { testDevices } from '../test-devices.ts';
import { isDevice, memory } from '../workload.ts';

/** Our own device code through OpenCL. */
export const opencl = defineTool(
  memory,
  serving(isDevice, 'opencl measures the memory of accelerators only', deviceTool('opencl', testDevices)),
);

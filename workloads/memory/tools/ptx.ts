import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { testDevices } from '../test-devices.ts';
import { isDevice, memory } from '../workload.ts';

/** The same device code by NVIDIA's driver alone. */
export const ptx = defineTool(
  memory,
  serving(isDevice, 'ptx measures the memory of accelerators only', deviceTool('cuda', testDevices)),
);

import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { hashOnDevices } from '../hash-on-devices.ts';
import { isDevice, sha256 } from '../workload.ts';

/** The same device code by NVIDIA's driver alone. */
export const ptx = defineTool(
  sha256,
  serving(isDevice, 'ptx measures accelerators only', deviceTool('cuda', hashOnDevices)),
);

import { deviceTool } from '../../kit/device-program.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { hashOnDevices } from '../hash-on-devices.ts';
import { isDevice, sha256 } from '../workload.ts';

/** Our own device code through OpenCL: whatever has a driver can be measured, and nothing else has to be there. */
export const opencl = defineTool(
  sha256,
  serving(isDevice, 'opencl measures accelerators only', deviceTool('opencl', hashOnDevices)),
);

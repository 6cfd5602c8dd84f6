import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { canMultiply, planGemm } from '../plan-gemm.ts';
import { readGemm } from '../read-gemm.ts';
import { isHost, matmul } from '../workload.ts';

/** FP32 through OpenBLAS' `cblas_sgemm`: the reference for CPUs. */
export const openblas = defineTool(
  matmul,
  serving(isHost, 'OpenBLAS multiplies on the CPU only', {
    id: 'openblas',
    rank: 10,
    origin: 'native',
    requires: {
      programs: ['gcc'],
      headers: ['cblas.h', 'pthread.h'],
      packages: ['gcc', 'libc6-dev', 'libopenblas-dev'],
    },
    needs: (params, facts) => {
      if (params.dtype !== 'fp32') return err(`OpenBLAS multiplies FP32 here, not ${params.dtype}`);
      return canMultiply(params, facts);
    },
    plan: (params, facts) => {
      // Debian finds cblas.h by itself; elsewhere it stands one level down (/usr/include/openblas).
      const directory = facts.headers['cblas.h']?.replace(/\/cblas\.h$/, '');
      return planGemm(params, facts, {
        source: 'gemm-openblas.c',
        compile: directory === undefined ? [] : [`-I${directory}`],
        link: ['-lopenblas', '-pthread'],
        // Debian's alternatives may hand out the OpenMP build, which listens to the second one.
        threadVariables: ['OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS'],
      });
    },
    parse: (outputs, params) =>
      readGemm(outputs, params, (line) => /^OpenBLAS (\d+\.\d+\.\d+)/.exec(line.library)?.[1]),
  }),
);

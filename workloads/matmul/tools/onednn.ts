import { valueOf } from '../../kit/facts/fact.ts';
import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { canMultiply, planGemm } from '../plan-gemm.ts';
import { readGemm } from '../read-gemm.ts';
import { isHost, matmul } from '../workload.ts';

/** Without one of these oneDNN emulates BF16, and INT8 may saturate in between (documented for pre-VNNI CPUs). */
const hardware = {
  bf16: ['amx_bf16', 'avx512_bf16', 'bf16'],
  int8: ['amx_int8', 'avx512_vnni', 'avx_vnni', 'asimddp'],
} as const;

/** BF16 and INT8 through oneDNN's matmul primitive, and FP32 where OpenBLAS is missing. */
export const onednn = defineTool(
  matmul,
  serving(isHost, 'oneDNN multiplies on the CPU only', {
    id: 'onednn',
    rank: 20,
    origin: 'native',
    requires: {
      programs: ['gcc'],
      headers: ['dnnl.h', 'pthread.h'],
      packages: ['gcc', 'libc6-dev', 'libdnnl-dev'],
    },
    needs: (params, facts) => {
      if (params.dtype === 'fp16') return err('oneDNN 2.x has no FP16 kernel for CPUs');
      if (params.dtype !== 'fp32') {
        const flags = valueOf(facts.cpu.flags);
        if (flags === undefined) return err('the CPU flags are unknown');
        if (!hardware[params.dtype].some((flag) => flags.includes(flag))) {
          return err(
            `the CPU has no ${params.dtype} arithmetic (one of ${hardware[params.dtype].join(', ')})`,
          );
        }
      }
      return canMultiply(params, facts);
    },
    plan: (params, facts) =>
      planGemm(params, facts, {
        source: 'gemm-onednn.c',
        compile: ['-fopenmp'],
        link: ['-ldnnl'],
        args: [params.dtype],
        threadVariables: ['OMP_NUM_THREADS'],
      }),
    parse: (outputs, params) =>
      readGemm(outputs, params, (line) => /^oneDNN (\d+\.\d+\.\d+)$/.exec(line.library)?.[1]),
  }),
);

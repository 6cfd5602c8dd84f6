import { valueOf } from '../../kit/facts/fact.ts';
import { err } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { hasFp16, instructionFlags } from '../instruction-flags.ts';
import { canMultiply, planGemm } from '../plan-gemm.ts';
import { readGemm } from '../read-gemm.ts';
import { isHost, matmul } from '../workload.ts';

/** Our own kernel: the only one for FP16 on CPUs, and FP32 where no library is. */
export const own = defineTool(
  matmul,
  serving(isHost, 'our kernel multiplies on the CPU only', {
    id: 'own',
    rank: 30,
    origin: 'native',
    requires: { programs: ['gcc'], headers: ['pthread.h'], packages: ['gcc', 'libc6-dev'] },
    needs: (params, facts) => {
      if (params.dtype !== 'fp32' && params.dtype !== 'fp16') {
        return err(`our kernel multiplies FP32 and FP16, not ${params.dtype}`);
      }
      const flags = valueOf(facts.cpu.flags);
      if (flags === undefined) return err('the CPU flags are unknown');
      if (params.dtype === 'fp16' && !hasFp16(flags)) {
        return err('the CPU has no FP16 arithmetic (avx512_fp16 with AVX-512, or fphp and asimdhp)');
      }
      return canMultiply(params, facts);
    },
    plan: (params, facts) => {
      const dtype = params.dtype === 'fp16' ? 'fp16' : 'fp32';
      return planGemm(params, facts, {
        source: 'gemm-own.c',
        compile: [
          ...instructionFlags(dtype, valueOf(facts.cpu.flags) ?? []),
          ...(dtype === 'fp16' ? ['-DASSAY_FP16'] : []),
        ],
        link: ['-pthread'],
      });
    },
    parse: (outputs, params) =>
      readGemm(outputs, params, (line) => (line.library === 'assay' ? `gcc ${line.compiler}` : undefined)),
  }),
);

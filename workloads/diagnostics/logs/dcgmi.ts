import { defineLog, logPointer } from '../../kit/log.ts';
import { readDiag } from '../read-diag.ts';
import { weighLog } from '../weigh-log.ts';
import { diagnostics } from '../workload.ts';

/** `dcgmi diag -j` of DCGM 3 and 4. */
export const dcgmi = defineLog(diagnostics, {
  id: 'dcgmi',
  title: 'dcgmi diag -j (DCGM 3 and 4)',
  origin: 'rebuilt',
  mark: /"DCGM (?:GPU )?Diagnostic"\s*:/,
  read: (text) => {
    const answer = readDiag(text, /"DCGM Diagnostic"\s*:/.test(text) ? 4 : 3);
    return answer.ok ? weighLog(answer.value, logPointer) : answer;
  },
});

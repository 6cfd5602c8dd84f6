import { defineLog, logLine } from '../../kit/log.ts';
import { ok } from '../../kit/result.ts';
import { readDiagTable } from '../read-diag-table.ts';
import { weighLog } from '../weigh-log.ts';
import { diagnostics } from '../workload.ts';

/** `dcgmi diag` of DCGM 3.1 and later without `-j`: its table. Errors have no numbers there, so what to do is found out by a person. */
export const dcgmiText = defineLog(diagnostics, {
  id: 'dcgmi-text',
  title: 'dcgmi diag, the table (DCGM 3.1 and later)',
  origin: 'rebuilt',
  mark: /^\| Diagnostic +\| Result +\|/m,
  read: (text) => {
    const answer = readDiagTable(text);
    if (!answer.ok) return answer;
    const read = weighLog(answer.value, (line) => logLine(Number(line)));
    if (!read.ok || answer.value.gpus !== undefined || / - GPUs?: \d/.test(text)) return read;
    // Where all of them passed, DCGM 3 does not say which they are (`-i`).
    const readings = read.value.readings.filter(({ dimensions }) => dimensions['gpu'] === undefined);
    return ok({ ...read.value, readings });
  },
});

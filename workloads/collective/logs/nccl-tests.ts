import { defineLog } from '../../kit/log.ts';
import { ok } from '../../kit/result.ts';
import { readTestsText } from '../read-nccl-tests-text.ts';
import { collective } from '../workload.ts';

/** What `all_reduce_perf` prints, with the columns of before and after 2022. */
export const ncclTests = defineLog(collective, {
  id: 'nccl-tests',
  title: 'nccl-tests, all_reduce_perf',
  origin: 'rebuilt',
  mark: /^# nThread \d+ nGpus \d+ minBytes /m,
  read: (text) => {
    const read = readTestsText(text);
    if (!read.ok) return read;
    const { toolVersion, readings } = read.value;
    return ok({ toolVersion, readings });
  },
});

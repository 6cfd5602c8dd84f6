import { defineLog } from '../../kit/log.ts';
import { ok } from '../../kit/result.ts';
import { readReport } from '../read-report.ts';
import { rdma } from '../workload.ts';

/** What a client of perftest prints: ib_write_bw, ib_read_bw, ib_send_bw and their `_lat`. */
export const perftest = defineLog(rdma, {
  id: 'perftest',
  title: 'perftest (ib_write_bw, ib_read_lat …), a client',
  origin: 'rebuilt',
  mark: /^ ?#bytes\s+#iterations\s+(?:BW peak|t_min|t_avg)\[/m,
  read: (text) => {
    const readings = readReport(text, 'client');
    return readings.ok ? ok({ readings: readings.value }) : readings;
  },
});

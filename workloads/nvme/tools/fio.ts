import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { checkTarget } from '../check-target.ts';
import { counterFiles } from '../moved-bytes.ts';
import { layout, run } from '../plan-fio.ts';
import { planTarget, targetRequirements } from '../plan-target.ts';
import { placeReadings, proveReadings } from '../prove-readings.ts';
import { readFio } from '../read-fio.ts';
import { readDriveError, readSpeed, readVerification } from '../read-fio-step.ts';
import { isFile, nvme } from '../workload.ts';
import { writtenBytes } from '../written-bytes.ts';

/** Direct I/O by fio on a file that it has written in full before. */
export const fio = defineTool(
  nvme,
  serving(isFile, 'fio works on a file only', {
    id: 'fio',
    rank: 10,
    origin: 'native',
    requires: {
      programs: ['fio', ...targetRequirements.programs],
      counters: counterFiles,
      packages: ['fio', ...targetRequirements.packages],
    },
    needs: checkTarget,
    plan: (params, facts) => [
      { id: 'version', file: 'fio', args: ['--version'], timeoutMs: 10_000 },
      ...planTarget(facts),
      layout(params),
      run(params),
    ],
    writtenBytes,
    parse: (outputs, params) => {
      const written = readFio(outputs, 'layout');
      if (!written.ok) return written;
      const unwritten = readDriveError(written.value.job, 'layout');
      if (unwritten !== undefined)
        return ok({
          toolVersion: written.value.version,
          readings: placeReadings(unwritten, outputs, params),
        });
      const measured = readFio(outputs, 'run');
      if (!measured.ok) return measured;
      const { job, version } = measured.value;
      if (version !== written.value.version)
        return err(
          `expected one fio, got ${written.value.version} for the layout and ${version} for the run`,
        );
      const unread = readDriveError(job, 'run');
      if (unread !== undefined)
        return ok({ toolVersion: version, readings: placeReadings(unread, outputs, params) });
      const readings = params.pattern === 'verify' ? readVerification(job) : readSpeed(job, params);
      if (!readings.ok) return readings;
      const layoutBytes = written.value.job.write.io_bytes;
      return ok({
        toolVersion: version,
        readings: proveReadings(readings.value, { outputs, params, job, layoutBytes }),
      });
    },
  }),
);

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fakeTool, writeSuite } from './run-assay.ts';

/**
 * The arguments of a survey in `cwd` whose one step lasts as long as the file `wait` is there; `bin` has the tool that it
 * runs.
 */
export function prepareHeldSurvey(cwd: string): readonly string[] {
  writeFileSync(join(cwd, 'wait'), '');
  fakeTool(
    join(cwd, 'bin'),
    'openssl',
    `case $1 in
version) echo 'OpenSSL 3.0.19 1 Jan 2026 (Library: OpenSSL 3.0.19 1 Jan 2026)' ;;
dgst) cat > /dev/null; echo 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad *stdin' ;;
speed) while [ -e ${cwd}/wait ]; do sleep 0.1; done; printf '+H:16384\\n+F:25:sha256:163840.00\\n' ;;
esac`,
  );
  const suite = writeSuite(cwd, [
    {
      id: 'speed',
      workload: 'sha256',
      tool: 'openssl',
      params: { mode: 'bulk', blockBytes: 16384, cores: 'one', seconds: 1 },
      repetitions: 1,
      budgetSeconds: 60,
    },
  ]);
  return ['survey', 'local', '--suite', suite, '--out', 'run'];
}

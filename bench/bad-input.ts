import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { badInputs, writeGoodInput } from '../test/support/bad-input.ts';
import { runAssay } from '../test/support/run-assay.ts';

// What each bad input ends with, after how long and with how much memory: one clear error with its code, exit code 4 or 64, nothing written,
// within 5 s of CPU time and 500 MB. node harness/pinned.js bench/bad-input.ts

const most = { seconds: 5, megabytes: 500 };
/** The largest process of all that a command starts, in kB, and the CPU time of all; Linux tells it of children that were waited for. */
const measure =
  'import resource,subprocess,sys\nc=subprocess.run(sys.argv[2:],pass_fds=(3,)).returncode\nr=resource.getrusage(resource.RUSAGE_CHILDREN)\nopen(sys.argv[1],"w").write("%d %f" % (r.ru_maxrss,r.ru_utime+r.ru_stime))\nsys.exit(c)';

const base = mkdtempSync(join(tmpdir(), 'assay-bad-'));
let bad = 0;
try {
  await writeGoodInput(base);
  process.stdout.write(
    '| input | exit | code | CPU s | MB | right |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  for (const [what, { prepare, args, exitCode, code, passphrase = '' }] of badInputs) {
    const folder = mkdtempSync(join(tmpdir(), 'assay-bad-'));
    try {
      cpSync(base, folder, { recursive: true });
      prepare?.(folder);
      const list = (): string =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          // Compiled code is kept by whatever command is run first.
          .filter((name) => name !== 'peak' && !name.startsWith('state/assay/compiled'))
          .toSorted()
          .join('\n');
      const before = list();
      const ended = await runAssay(args, {
        cwd: folder,
        env: { XDG_STATE_HOME: join(folder, 'state') },
        wrapper: ['bash', '-c', `exec "$@" 3<<< '${passphrase}'`, 'bash', 'python3', '-c', measure, 'peak'],
      });
      const [kilobytes = NaN, seconds = NaN] = readFileSync(join(folder, 'peak'), 'utf8')
        .split(' ')
        .map(Number);
      const megabytes = kilobytes / 1000;
      const found = /^✖ ([A-Z_]+) /m.exec(ended.stderr)?.[1] ?? 'none';
      const isRight =
        ended.exitCode === exitCode &&
        new RegExp(`^${code}$`).test(found) &&
        list() === before &&
        seconds <= most.seconds &&
        megabytes <= most.megabytes;
      if (!isRight) process.stderr.write(`${what}: ${ended.stderr.slice(0, 500)}\n`);
      bad += Number(!isRight);
      process.stdout.write(
        `| ${what} | ${ended.exitCode} | ${found} | ${seconds.toFixed(1)} | ${megabytes.toFixed(0)} | ${isRight ? 'yes' : 'NO'} |\n`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
process.exitCode = bad === 0 ? 0 : 1;

import { execa } from 'execa';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { systemPath } from './check-machine.ts';

/** Runs a program of this machine and returns what it printed; any end but exit code 0 is an error that quotes it. */
export async function runProgram(argv: readonly string[], input = ''): Promise<string> {
  const [file = '', ...args] = argv;
  const result = await execa(file, args, {
    input,
    env: { PATH: systemPath, LANG: 'C.UTF-8' },
    extendEnv: false,
    timeout: 30_000,
    reject: false,
  });
  if (result.exitCode === 0) return result.stdout;
  const why = result.stderr === '' ? (result.shortMessage ?? `exit code ${result.exitCode}`) : result.stderr;
  throw new AssayError('RUNTIME_UNSUPPORTED', `expected \`${argv.join(' ')}\` to succeed, found: ${why}`, {
    cause: result,
    hint: 'The rig needs a Linux kernel with namespaces, veth, bridge and tbf, and must be root in it.',
  });
}

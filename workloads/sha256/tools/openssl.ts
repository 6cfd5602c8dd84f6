import { cpuThreads } from '../../kit/cpu-threads.ts';
import { outputOf } from '../../kit/read-output.ts';
import { readQuantity } from '../../kit/read-quantity.ts';
import type { Result } from '../../kit/result.ts';
import { err, ok } from '../../kit/result.ts';
import { defineTool, serving } from '../../kit/tool.ts';
import { quantity } from '../../kit/unit.ts';
import type { Sha256Params, Sha256Reading } from '../workload.ts';
import { isBulk, sha256 } from '../workload.ts';

/** FIPS 180-4 example: SHA-256 of the three bytes `abc`. */
const abcDigest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

/** `openssl speed` through EVP: 16 KiB blocks show the hardware, 80-byte messages the library's call overhead. */
export const openssl = defineTool(
  sha256,
  serving(isBulk, 'openssl speed hashes messages on the CPU only', {
    id: 'openssl',
    rank: 10,
    origin: 'native',
    requires: { programs: ['openssl'], packages: ['openssl'] },
    needs: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      return threads.ok ? ok(undefined) : threads;
    },
    plan: (params, facts) => {
      const threads = cpuThreads(params.cores, facts);
      // Without -elapsed it divides by user CPU time: on a loaded machine that is several times the truth.
      const speed = [
        'speed',
        '-elapsed',
        '-evp',
        'sha256',
        '-mr',
        '-bytes',
        `${params.blockBytes}`,
        '-seconds',
        `${params.seconds}`,
      ];
      const multi = params.cores === 'all' && threads.ok ? ['-multi', `${threads.value}`] : [];
      return [
        { id: 'version', file: 'openssl', args: ['version'], timeoutMs: 10_000 },
        { id: 'digest', file: 'openssl', args: ['dgst', '-sha256', '-r'], stdin: 'abc', timeoutMs: 10_000 },
        { id: 'speed', file: 'openssl', args: [...speed, ...multi], timeoutMs: (params.seconds + 30) * 1000 },
      ];
    },
    parse: (outputs, params) => {
      const [version, digest, speed] = [
        outputOf(outputs, 'version'),
        outputOf(outputs, 'digest'),
        outputOf(outputs, 'speed'),
      ];
      if (!version.ok) return version;
      if (!digest.ok) return digest;
      if (!speed.ok) return speed;
      const toolVersion = /^OpenSSL (\d+\.\d+\.\d+[a-z]*)(?:-\w+)? .*\n$/.exec(version.value.stdout)?.[1];
      if (toolVersion === undefined)
        return err(`version: expected \`OpenSSL …\`, got \`${version.value.stdout.slice(0, 40)}\``);
      const wrong = readDigest(digest.value.stdout);
      if (!wrong.ok) return wrong;
      const rate = readSpeed(speed.value.stdout, params);
      return rate.ok ? ok({ toolVersion, readings: [rate.value, wrong.value] }) : rate;
    },
  }),
);

function readDigest(stdout: string): Result<Sha256Reading> {
  const found = /^([0-9a-f]{64}) \*?(?:stdin|-)\n?$/.exec(stdout)?.[1];
  if (found === undefined)
    return err(`digest: expected 64 hexadecimal digits, got \`${stdout.slice(0, 40)}\``);
  return ok({
    metric: 'wrongDigests',
    value: quantity('count', found === abcDigest ? 0 : 1),
    dimensions: { checked: 1, 'device.kind': 'cpu' },
    at: [{ command: 'digest', output: 'stdout', line: 1 }],
  });
}

/**
 * One process says its block size and its rate, `+F:25:sha256:<bytes per second>`. With -multi all children are forked,
 * then each says both (`Got: +F:… from 0`), and the last line is their sum. Anything else is not this output.
 */
function readSpeed(stdout: string, params: Extract<Sha256Params, { mode: 'bulk' }>): Result<Sha256Reading> {
  const children = [...Array(stdout.match(/^Forked child /gm)?.length ?? 0).keys()];
  if (children.length > 0 !== (params.cores === 'all'))
    return err(`speed: expected ${params.cores} core(s), got ${children.length} children`);
  const size = `\\+H:${params.blockBytes}`;
  const rate = '\\+F:\\d+:sha2?-?256:(\\d+\\.\\d\\d)';
  const lines =
    children.length === 0
      ? [size, rate]
      : [
          ...children.map((child) => `Forked child ${child}`),
          ...children.flatMap((child) => [`Got: ${size} from ${child}`, `Got: ${rate} from ${child}`]),
          rate,
        ];
  const found = new RegExp(`^${lines.join('\n')}\n$`, 'i').exec(stdout);
  if (found === null) {
    return err(
      `speed: expected rates of ${params.blockBytes}-byte blocks in ${lines.length} lines, got \`${stdout.slice(-80)}\``,
    );
  }
  const [total = '', ...rates] = found.slice(1).toReversed();
  const bytesPerSecond = readQuantity('B/s', total);
  if (!bytesPerSecond.ok) return bytesPerSecond;
  if (bytesPerSecond.value <= 0) return err(`speed: expected a positive rate, got \`${total.slice(0, 40)}\``);
  const sum = rates.reduce((all, each) => all + Number(each), 0);
  // Each is rounded to hundredths.
  if (rates.length > 0 && Math.abs(sum - bytesPerSecond.value) > 0.01 * lines.length)
    return err(`speed: expected the sum of all children, ${sum}, got \`${total}\``);
  const dimensions = {
    blockBytes: params.blockBytes,
    cores: params.cores,
    threads: Math.max(1, children.length),
    'device.kind': 'cpu',
  };
  const about = {
    at: [{ command: 'speed', output: 'stdout', line: lines.length }],
    windowSeconds: params.seconds,
  };
  if (params.blockBytes === 16384)
    return ok({ metric: 'bulkThroughput', value: bytesPerSecond.value, dimensions, ...about });
  return ok({
    metric: 'softwarePathRate',
    value: quantity('OP/s', bytesPerSecond.value / 80),
    // 80 bytes, a padding bit and a length are two blocks of 64: nothing is prepared between messages.
    dimensions: { ...dimensions, compressionsPerHash: 2 },
    ...about,
  });
}

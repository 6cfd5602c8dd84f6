import { describe, expect, test } from 'vitest';
import { readHostFacts } from '../../../../workloads/kit/facts/read-host-facts.ts';
import type { StepOutputs } from '../../../../workloads/kit/tool.ts';
import { fio } from '../../../../workloads/nvme/tools/fio.ts';
import { Params } from '../../../../workloads/nvme/workload.ts';
import { altered, withText } from '../altered.ts';
import { constructed } from '../kit/facts/documents.ts';
import { recorded } from './recorded.ts';

const randomRead = recorded('fio-3.33-random-read');

function readings(outputs: StepOutputs, params: Params) {
  const parsed = fio.parse(outputs, params);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value.readings;
}
const reasonOf = (outputs: StepOutputs, params: Params = randomRead.params): string | undefined =>
  readings(outputs, params)[0]?.invalid;

test('so many wrong blocks that fio wrote its log in front of the report, cut anywhere, are counted', () => {
  const { outputs, params } = recorded('fio-3.33-verify-corrupt');
  const line =
    'verify: bad magic header 26c0, wanted acca at file /scratch/nvme.dat offset 0, length 65536\n';
  const logged = withText(outputs, ['run', 'run.json'], /^/, line.repeat(50).slice(0, 4096));
  expect(readings(logged, params)).toMatchObject([{ metric: 'verifyErrors', value: 3 }]);
  expect(reasonOf(logged, params)).toBeUndefined();
  const checksums = withText(
    outputs,
    ['run', 'run.json'],
    /^/,
    'crc32c: verify failed at file /scratch/nvme.dat offset 1\n',
  );
  expect(readings(checksums, params)).toMatchObject([{ metric: 'verifyErrors', value: 3 }]);
  expect(fio.parse(withText(outputs, ['run', 'run.json'], /^/, 'fio: pid=7, err=5\n'), params).ok).toBe(
    false,
  );
});

describe('a number is kept but invalid', () => {
  const counters = (
    change: (text: string, when: 'before' | 'after') => string,
    key: '/proc/diskstats' | '/proc/self/io',
  ): StepOutputs =>
    altered(randomRead.outputs, 'run', ({ counters: found }) => {
      if (found === undefined) throw new Error('no counters were recorded');
      const at = (when: 'before' | 'after') => ({
        ...found[when],
        [key]: change(found[when][key] ?? '', when),
      });
      return { counters: { before: at('before'), after: at('after') } };
    });
  /** io_bytes of the recorded run. */
  const bytes = 301_248_512;
  const diskstats = (sectors: number): string =>
    ` 254       0 vda 100 0 ${sectors} 10 50 0 5000 20 0 10 30\n`;
  const moved = (share: number): StepOutputs =>
    counters(
      (_, when) => diskstats(when === 'before' ? 1000 : 1000 + (share * bytes) / 512),
      '/proc/diskstats',
    );

  test('fio reported 301,248,512 bytes', () => {
    expect(randomRead.outputs['run']?.artifacts['run.json']).toContain(`"io_bytes" : ${bytes}`);
  });

  test('when the drive moved less than 95 % of the bytes', () => {
    expect(reasonOf(moved(0.96))).toBeUndefined();
    expect(reasonOf(moved(0.945))).toBe(
      'the drive moved 94 % of the bytes that were read (expected at least 95 %)',
    );
    expect(reasonOf(moved(0))).toBe(
      'the drive moved 0 % of the bytes that were read (expected at least 95 %)',
    );
  });

  test('when the process moved less than 95 % of the bytes, whoever else moved the rest', () => {
    const own = (share: number): StepOutputs =>
      counters(
        (_, when) =>
          `rchar: 1\nread_bytes: ${when === 'before' ? 7 : 7 + Math.floor(share * bytes)}\nwrite_bytes: 0\n`,
        '/proc/self/io',
      );
    expect(reasonOf(own(0.96))).toBeUndefined();
    expect(reasonOf(own(0.505))).toBe(
      'the process moved 50 % of the bytes that were read to or from a device (expected at least 95 %)',
    );
  });

  test('when the drive is not in the counters, or there are none', () => {
    expect(
      reasonOf(counters((text) => text.replace('254       0 vda', '254       9 vdx'), '/proc/diskstats')),
    ).toBe('drive 254:0 is not in /proc/diskstats');
    expect(reasonOf(counters(() => '', '/proc/self/io'))).toBe(
      '/proc/self/io around the run was not readable',
    );
    expect(reasonOf(altered(randomRead.outputs, 'run', () => ({ counters: undefined })))).toBe(
      'drive 254:0 is not in /proc/diskstats',
    );
  });

  test('when writes are claimed and only reads moved', () => {
    const { outputs, params } = recorded('fio-3.33-random-write');
    const still = altered(outputs, 'run', ({ counters: found }) => ({
      counters: found === undefined ? undefined : { before: found.after, after: found.after },
    }));
    expect(reasonOf(still, params)).toBe(
      'the drive moved 0 % of the bytes that were written (expected at least 95 %)',
    );
  });

  test.each(['tmpfs', 'ramfs'])('on %s', (fileSystem) => {
    expect(reasonOf(mountedOn(fileSystem))).toBe(`${fileSystem} is memory, not a drive`);
  });

  test.each(['nfs4', 'cifs', 'lustre', 'fuse.sshfs'])('on %s', (fileSystem) => {
    expect(reasonOf(mountedOn(fileSystem))).toBe(
      `${fileSystem} is reached through a network or another program, not a local drive`,
    );
  });

  test('on overlay', () => {
    expect(reasonOf(mountedOn('overlay'))).toBe(
      'overlay is stacked on other file systems: no drive can be named',
    );
  });

  test('on a device that is no drive', () => {
    const mapper = altered(randomRead.outputs, 'mount', ({ stdout }) => ({
      stdout: stdout.replace('254:0', '253:7').replace('/dev/vda', '/dev/mapper/vg-root'),
    }));
    expect(reasonOf(mapper)).toBe(
      'device 253:7 (/dev/mapper/vg-root) is not a block device that lsblk lists',
    );
    const row =
      '{"name":"dm-0","type":"lvm","maj:min":"253:7","pkname":"vda","size":1,"rota":false,"serial":null,"wwn":null,"model":null,"tran":null},';
    const listed = altered(mapper, 'drives', ({ stdout }) => ({ stdout: stdout.replace('[', `[${row}`) }));
    expect(reasonOf(listed)).toBe('dm-0 (lvm) is not one drive or a partition of one');
  });

  test('when what stands behind the directory was not recorded', () => {
    const { mount: _mount, ...rest } = randomRead.outputs;
    expect(reasonOf(rest)).toBe(
      'expected the output of command `mount`, got none: it never ran; the free space before the run is unknown',
    );
    expect(reasonOf(altered(randomRead.outputs, 'drives', () => ({ stdout: 'lsblk: bad' })))).toBe(
      'lsblk: expected its JSON list of block devices',
    );
    expect(
      reasonOf(altered(randomRead.outputs, 'sysfs', () => ({ stdout: '', exitCode: 1, stderr: 'find: no' }))),
    ).toBe('command `sysfs`: expected exit code 0, got exit code 1: `find: no`');
  });

  test('when fio did not run with direct I/O', () => {
    const buffered = withText(randomRead.outputs, ['run', 'run.json'], '"direct" : "1"', '"direct" : "0"');
    expect(reasonOf(buffered)).toBe('fio did not run with direct I/O: the number is the page cache');
    expect(readings(buffered, randomRead.params)[0]?.dimensions['direct']).toBe(false);
  });

  test('when fio ran with other options than asked', () => {
    expect(
      reasonOf(withText(randomRead.outputs, ['run', 'run.json'], '"iodepth" : "16"', '"iodepth" : "1"')),
    ).toBe('fio ran with iodepth=1, not 16');
    expect(reasonOf(randomRead.outputs, { ...randomRead.params, jobs: 4 })).toBe(
      'fio ran with numjobs=2, not 4',
    );
    expect(reasonOf(randomRead.outputs, { ...randomRead.params, blockBytes: 8192 })).toBe(
      'fio ran with bs=4096, not 8192',
    );
  });

  test('when it ran shorter than asked', () => {
    expect(reasonOf(randomRead.outputs, { ...randomRead.params, seconds: 10 })).toBe(
      'fio ran for 2001 ms of 10000 ms',
    );
  });

  test('when the file was not written in full before', () => {
    const { outputs } = recorded('fio-3.33-verify');
    expect(reasonOf({ ...randomRead.outputs, ...{ layout: outputs['layout']! } })).toBe(
      'the file was not written in full before the run (67108864 of 268435456 bytes)',
    );
  });

  test('when the file is larger than the budget', () => {
    const small = (avail: number): StepOutputs =>
      altered(randomRead.outputs, 'mount', ({ stdout }) => ({
        stdout: stdout.replace(/"avail": \d+/, `"avail": ${avail}`),
      }));
    expect(reasonOf(small(20 * 1024 ** 3))).toBe(
      'the file of 0.3 GiB would leave less than 20.0 GiB of 20.0 GiB free',
    );
    expect(reasonOf(small(21 * 1024 ** 3))).toBeUndefined();
  });

  test('a partition leads to its drive', () => {
    const mounted = altered(randomRead.outputs, 'mount', ({ stdout }) => ({
      stdout: stdout.replace('254:0', '254:1'),
    }));
    const row =
      '{"name":"vda1","type":"part","maj:min":"254:1","pkname":"vda","size":"1","rota":"0","serial":null,"wwn":null,"model":null,"tran":null},';
    const listed = altered(mounted, 'drives', ({ stdout }) => ({ stdout: stdout.replace('[', `[${row}`) }));
    expect(readings(listed, randomRead.params)[0]).toMatchObject({ device: 'overlayblk' });
    expect(reasonOf(listed)).toBeUndefined();
  });

  test('several reasons are all told', () => {
    const both = altered(mountedOn('tmpfs'), 'run', () => ({}));
    expect(reasonOf(both, { ...randomRead.params, jobs: 4 })).toBe(
      'tmpfs is memory, not a drive; fio ran with numjobs=2, not 4',
    );
  });
});

function mountedOn(fileSystem: string): StepOutputs {
  return altered(randomRead.outputs, 'mount', ({ stdout }) => ({
    stdout: stdout.replace('"ext4"', `"${fileSystem}"`),
  }));
}

describe('unreadable outputs are errors', () => {
  const error = (outputs: StepOutputs, params = randomRead.params): string => {
    const parsed = fio.parse(outputs, params);
    return parsed.ok ? 'ok' : parsed.error;
  };
  const artifact = (id: string, text: string): StepOutputs =>
    altered(randomRead.outputs, id, () => ({ artifacts: { [`${id}.json`]: text } }));

  test('the report of another command', () =>
    expect(error(artifact('run', randomRead.outputs['layout']?.artifacts['layout.json'] ?? ''))).toBe(
      'command `run`: expected its report, got that of `layout`',
    ));
  test('an error of fio', () =>
    expect(error(withText(randomRead.outputs, ['run', 'run.json'], '"error" : 0', '"error" : 28'))).toBe(
      'command `run`: fio ended with error 28',
    ));
  test('a verification error where nothing is verified', () =>
    expect(error(withText(randomRead.outputs, ['run', 'run.json'], '"error" : 0', '"error" : 84'))).toBe(
      'command `run`: expected a count of errors, got none',
    ));
  test('a layout that failed', () =>
    expect(
      error(withText(randomRead.outputs, ['layout', 'layout.json'], '"error" : 0', '"error" : 28')),
    ).toBe('command `layout`: fio ended with error 28'));
  test('a rate that contradicts its total', () =>
    expect(
      error(withText(randomRead.outputs, ['run', 'run.json'], /"bw_bytes" : 1\d+/, '"bw_bytes" : 999999999')),
    ).toMatch(/^command `run`: bw_bytes 999999999 is not io_bytes/));
  test('a missing percentile', () =>
    expect(error(withText(randomRead.outputs, ['run', 'run.json'], '"99.000000"', '"95.000000"'))).toBe(
      'command `run`: expected the percentile 99.000000 of read latencies',
    ));
  test('bad option: exit code 1 without a report', () =>
    expect(
      error(
        altered(artifact('run', ''), 'run', () => ({
          exitCode: 1,
          stderr: "fio: unrecognized option '--nosuch=1'\n",
        })),
      ),
    ).toBe("command `run`: expected exit code 0, got exit code 1: `fio: unrecognized option '--nosuch=1'`"));

  test('an older fio that stopped at the first wrong block counts one', () => {
    const { outputs, params } = recorded('fio-3.33-verify-corrupt');
    const old = altered(
      withText(
        withText(outputs, ['run', 'run.json'], /"total_err" : 3,\s*/, ''),
        ['run', 'run.json'],
        /"first_error" : 84,\s*/,
        '',
      ),
      'run',
      () => ({ exitCode: 1 }),
    );
    expect(readings(old, params)).toMatchObject([{ metric: 'verifyErrors', value: 1 }]);
  });

  test('a file that was verified in part does not count as verified', () => {
    const { outputs, params } = recorded('fio-3.33-verify');
    expect(readings(outputs, { ...params, fileBytes: 134_217_728 })[0]?.invalid).toContain(
      'only 67108864 of 134217728 bytes were verified',
    );
  });
});

describe('parameters', () => {
  const params = Params.parse({
    pattern: 'randomRead',
    blockBytes: 4096,
    queueDepth: 16,
    jobs: 16,
    fileBytes: 1_073_741_824,
    seconds: 5,
  });

  test('that cannot be are refused', () => {
    expect(Params.safeParse({ ...params, fileBytes: 1_073_741_825 }).success).toBe(false);
    expect(Params.safeParse({ ...params, pattern: 'sequentialRead' }).success).toBe(false);
    expect(Params.safeParse({ ...params, blockBytes: 1000 }).success).toBe(false);
  });
});

describe('needs', () => {
  const params = Params.parse({
    pattern: 'randomRead',
    blockBytes: 4096,
    queueDepth: 16,
    jobs: 16,
    fileBytes: 1_073_741_824,
    seconds: 5,
  });
  const why = (changes: Parameters<typeof constructed>[0], asked = params, path?: string): string => {
    const answer = fio.needs(asked, readHostFacts(constructed(changes, path)));
    return answer.ok ? 'ok' : answer.error;
  };
  const status = (availableBlocks: number) => ({
    realPath: '/var/tmp',
    majorMinor: '254:0',
    blockBytes: 4096,
    blocks: 66_053_021,
    availableBlocks,
  });

  test('the recorded machine can', () => expect(why({})).toBe('ok'));
  test('tmpfs is refused', () =>
    expect(why({ '/proc/self/mountinfo': '1 0 0:9 / / rw - tmpfs tmpfs rw\n' })).toBe(
      '/var/tmp/assay-1000/scratch: tmpfs is memory, not a drive',
    ));
  test('an unknown drive is refused', () =>
    expect(why({ '/proc/self/mountinfo': '1 0 253:9 / / rw - ext4 /dev/mapper/root rw\n' })).toBe(
      'no drive is known behind /var/tmp/assay-1000/scratch: device 253:9 (/dev/mapper/root) is not in /sys/block',
    ));
  test('a file of more than 10 % of the free space is refused', () =>
    expect(why({}, { ...params, fileBytes: 9 * 1024 ** 3 })).toMatch(
      /larger than 7\.\d GiB \(10 % of what is free, at most 64 GiB\)$/,
    ));
  test('20 GiB stay free', () =>
    expect(why({ 'file system of scratch': status(5_242_880) })).toBe(
      '/var/tmp/assay-1000/scratch: the file of 1.0 GiB would leave less than 20.0 GiB of 20.0 GiB free',
    ));
  test('a path that fio would take for two is refused', () =>
    expect(why({}, params, '/data:1/scratch')).toBe(
      '/data:1/scratch: expected a scratch path without a colon',
    ));
});

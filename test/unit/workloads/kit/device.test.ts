import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../../../support/temporary.ts';

// What becomes of devices side by side when the driver of one of them misbehaves: each does what its address says.

const header = fileURLToPath(new URL('../../../../workloads/kit/native/device.h', import.meta.url));
const source = `
#include "${header}"
static double began;
static void measure(const char *address) {
  if (strcmp(address, "hangs") == 0) for (;;) pause();
  if (strcmp(address, "refuses") == 0) device_fail("no room");
  device_ready();
  if (strcmp(address, "hangs-later") == 0) for (;;) pause();
  if (strcmp(address, "crashes") == 0) raise(SIGSEGV);
  if (strcmp(address, "is-killed") == 0) raise(SIGKILL);
  if (strcmp(address, "breaks") == 0) device_fail("lost");
  if (strcmp(address, "warms-late") == 0) usleep(300000), *device_turn.state = IS_WARM;
  if (strcmp(address, "waits") == 0) {
    *device_turn.state = IS_WARM;
    for (int i = 0; i < 150 && !all_are_warm(); i++) usleep(10000);
    if (!all_are_warm()) device_fail("nobody came");
  }
  if (strcmp(address, "cools") == 0) {
    *device_turn.state = IS_WARM;
    for (int i = 0; i < 200 && !all_are_warm(); i++) usleep(10000);
    *device_turn.state = IS_WARMING;
    usleep(2500000);
  }
  if (strcmp(address, "looks-late") == 0) {
    *device_turn.state = IS_WARM, usleep(1000000);
    for (int i = 0; i < 100 && !all_are_warm(); i++) usleep(10000);
    if (!all_are_warm()) device_fail("alone in the cold");
  }
  if (strcmp(address, "rested") == 0) {
    fprintf(device_turn.out, "{\\"address\\":\\"rested\\",\\"after\\":%f}\\n", assay_now() - began);
    return;
  }
  if (strcmp(address, "host-is-full") == 0) device_turn.is_hosts = 1, device_fail("no memory");
  fprintf(device_turn.out, "{\\"address\\":\\"%s\\",\\"measured\\":true}\\n", address);
}
int main(int argc, char **argv) {
  began = assay_now();
  return each_device(argv[1], argv + 2, argc - 2, atof(PAUSE), -8.5, measure);
}
`;

const directory = mkdtempSync(join(tmpdir(), 'assay-test-'));
const program = join(directory, 'devices');
beforeAll(() => {
  writeFileSync(join(directory, 'devices.c'), source);
  // Four and a half seconds for the work, two until it begins.
  execFileSync('gcc', [
    '-std=gnu11',
    '-DREADY_SECONDS=2',
    '-DPAUSE=getenv("PAUSE")',
    '-o',
    program,
    join(directory, 'devices.c'),
  ]);
});

afterAll(() => removeFolder(directory));

const measure = (concurrency: 'together' | 'alone', ...addresses: readonly string[]): unknown =>
  (
    JSON.parse(
      execFileSync(program, [concurrency, ...addresses], {
        encoding: 'utf8',
        env: { PAUSE: '0.3' },
        timeout: 60_000,
      }),
    ) as { devices: unknown }
  ).devices;

describe('devices side by side', () => {
  it('one that hangs before it is ready costs the others nothing', () => {
    expect(measure('together', 'a', 'hangs', 'b')).toEqual([
      { address: 'a', measured: true },
      { address: 'hangs', measured: false, error: 'its process did not end in time' },
      { address: 'b', measured: true },
    ]);
  });

  it('one that is warm waits for those that are not yet, and for none that have ended', () => {
    expect(measure('together', 'waits', 'warms-late', 'breaks')).toMatchObject([
      { address: 'waits', measured: true },
      { address: 'warms-late', measured: true },
      { address: 'breaks', error: 'lost' },
    ]);
    expect(measure('together', 'waits', 'hangs-later')).toMatchObject([{ error: 'nobody came' }, {}]);
  });

  it('all go on when one of them has seen all warm, though another falls back before it has looked', () => {
    expect(measure('together', 'looks-late', 'cools')).toEqual([
      { address: 'looks-late', measured: true },
      { address: 'cools', measured: true },
    ]);
  });

  it.each([
    ['hangs-later', true, 'its process did not end in time'],
    ['crashes', true, 'its process was ended: Segmentation fault'],
    ['breaks', true, 'lost'],
    ['is-killed', false, 'its process was ended: Killed'],
    ['host-is-full', false, 'no memory'],
    ['refuses', false, 'no room'],
  ])('one that %s is its own affair (blamed: %s)', (address, measured, error) => {
    for (const concurrency of ['together', 'alone'] as const)
      expect(measure(concurrency, 'a', address)).toEqual([
        { address: 'a', measured: true },
        { address, measured, ...(measured ? { standIn: false } : {}), error },
      ]);
  });

  it('rest before each of them where they go one after the other, the first one too', () => {
    const began = (measure('alone', 'rested', 'rested') as { after: number }[]).map(({ after }) => after);
    expect(began[0]).toBeGreaterThanOrEqual(0.3);
    expect(began[1]).toBeGreaterThanOrEqual(0.6);
  });
});

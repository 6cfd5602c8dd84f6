import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../workloads/kit/code-of.ts';
import { isTemperatureLimit } from '../../workloads/kit/facts/read-temperature-limit.ts';

/** A card that fell off its bus is gone from there, or answers every read with ones. */
export async function whyGone(folder: string): Promise<string | undefined> {
  try {
    const file = await open(join(folder, 'config'), 'r');
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4), position: 0 });
      const hasFallen = bytesRead === 4 && buffer.every((byte) => byte === 0xff);
      return hasFallen ? 'it has left the PCI bus: its configuration reads as ones' : undefined;
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') return undefined; // not ours to read
    return (await isThere(folder))
      ? undefined
      : 'it has left the PCI bus: the kernel does not list it any more';
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    return codeOf(cause) !== 'ENOENT';
  }
}

export interface Sensor {
  readonly celsius: number;
  readonly limit: number | undefined;
}

/** What a driver publishes (hwmon): `temp1_input` in thousandths, with the limit that it says itself, `temp1_crit`, where that is one. */
export async function readSensors(folder: string): Promise<readonly Sensor[]> {
  const found: Sensor[] = [];
  for (const name of await list(join(folder, 'hwmon'))) {
    const sensors = join(folder, 'hwmon', name);
    for (const file of await list(sensors)) {
      const [, sensor] = /^(temp\d{1,2})_input$/.exec(file) ?? [];
      const celsius = sensor === undefined ? undefined : await readThousandths(join(sensors, file));
      if (celsius === undefined) continue;
      const limit = await readThousandths(join(sensors, `${sensor}_crit`));
      found.push({ celsius, limit: limit !== undefined && isTemperatureLimit(limit) ? limit : undefined });
    }
  }
  return found;
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    return [];
  }
}

async function readThousandths(path: string): Promise<number | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    return /^\d{1,7}$/.test(text) ? Number(text) / 1000 : undefined;
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    return undefined;
  }
}

import { pciAddress } from '../kit/facts/read-nvidia-smi.ts';
import type { Result } from '../kit/result.ts';
import { err, ok } from '../kit/result.ts';

const border = /^\+-{8}\+-+\+$/;
const first = /^\| (\d{1,3}) +\| Name: [^\n]*\|$/;
const bus = /^\| {8}\| PCI Bus ID: (\S+) +\|$/;
const uuid = /^\| {8}\| Device UUID: (GPU-[0-9a-f-]{36}) +\|$/;

/** PCI addresses of GPUs by DCGM's numbers, as `dcgmi discovery -l` lists them. The list has to be whole. */
export function readDiscovery(text: string): Result<ReadonlyMap<number, string>> {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => /^\d+ GPUs? found\b/.test(line));
  const count = Number(/^\d+/.exec(lines[head] ?? '')?.[0] ?? Number.NaN);
  if (!(count >= 1 && count <= 64))
    return err(`dcgmi discovery -l: expected 1 to 64 GPUs, got \`${text.trim().slice(0, 120)}\``);
  const table = lines.slice(head + 1, head + 4 + 4 * count);
  const isTable = [0, 2].every((at) => border.test(table[at] ?? ''));
  const gpus = new Map<number, string>();
  for (let at = 3; isTable && at < table.length; at += 4) {
    const id = first.exec(table[at] ?? '')?.[1];
    const address = pciAddress(bus.exec(table[at + 1] ?? '')?.[1]);
    if (id === undefined || address === undefined) break;
    if (!uuid.test(table[at + 2] ?? '') || !border.test(table[at + 3] ?? '')) break;
    gpus.set(Number(id), address);
  }
  return gpus.size === count && new Set(gpus.values()).size === count
    ? ok(gpus)
    : err(`dcgmi discovery -l: expected ${count} GPUs with number, PCI address and UUID, got ${gpus.size}`);
}

const largestCpu = 65_535;

/** CPUs of a kernel list (`0-3,8,10-11`); `undefined` when it is none. */
export function readCpuList(text: string): ReadonlySet<number> | undefined {
  const cpus = new Set<number>();
  for (const part of text.trim().split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()) ?? [];
    if (first === undefined || Number(last) > largestCpu || Number(last) < Number(first)) return undefined;
    for (let cpu = Number(first); cpu <= Number(last); cpu += 1) cpus.add(cpu);
  }
  return cpus;
}

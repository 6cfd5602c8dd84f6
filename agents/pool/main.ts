import { Piscina } from 'piscina';
import * as z from 'zod';

const Input = z.looseObject({ threads: z.number().int().min(1).max(1024) });

/**
 * Runs an embedded kernel in worker threads and prints one line of JSON. It is a program of its own, so that an
 * embedded measurement is a fresh process like any other tool, with captured output and a deadline.
 */
async function main(argv: readonly string[]): Promise<void> {
  const [kernel = '', text = ''] = argv;
  if (!/^[a-z][a-z0-9-]*$/.test(kernel)) throw new Error(`expected a kernel's name, got \`${kernel}\``);
  const input = Input.parse(JSON.parse(text));
  const pool = new Piscina({
    filename: new URL(`./kernels/${kernel}.mjs`, import.meta.url).href,
    minThreads: input.threads,
    maxThreads: input.threads,
    concurrentTasksPerWorker: 1,
  });
  const start = performance.now();
  const results = await Promise.all(
    Array.from({ length: input.threads }, () => pool.run(input, { name: 'run' }) as Promise<unknown>),
  );
  const elapsedMs = performance.now() - start;
  process.stdout.write(`${JSON.stringify({ kernel, threads: input.threads, elapsedMs, results })}\n`);
  await pool.destroy();
}

await main(process.argv.slice(2));

import { Piscina } from 'piscina';

/** What a tool's plan wrote. Looked at by hand: a schema would be two thirds of what is pushed for this program. */
function threadsOf(input: unknown): number {
  const threads =
    typeof input === 'object' && input !== null && 'threads' in input ? input.threads : undefined;
  if (typeof threads === 'number' && Number.isInteger(threads) && threads >= 1 && threads <= 1024)
    return threads;
  throw new Error(`expected 1 to 1024 threads, got ${JSON.stringify(threads)}`);
}

/**
 * Runs an embedded kernel in worker threads and prints one line of JSON. It is a program of its own, so that an
 * embedded measurement is a fresh process like any other tool, with captured output and a deadline.
 */
async function main(argv: readonly string[]): Promise<void> {
  const [kernel = '', text = ''] = argv;
  if (!/^[a-z][a-z0-9-]*$/.test(kernel)) throw new Error(`expected a kernel's name, got \`${kernel}\``);
  const input: unknown = JSON.parse(text);
  const threads = threadsOf(input);
  const pool = new Piscina({
    filename: new URL(`./kernels/${kernel}.mjs`, import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
  });
  const start = performance.now();
  const results = await Promise.all(
    Array.from({ length: threads }, () => pool.run(input, { name: 'run' }) as Promise<unknown>),
  );
  const elapsedMs = performance.now() - start;
  process.stdout.write(`${JSON.stringify({ kernel, threads, elapsedMs, results })}\n`);
  await pool.destroy();
}

await main(process.argv.slice(2));

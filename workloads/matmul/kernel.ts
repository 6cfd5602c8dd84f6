interface MatmulInput {
  readonly size: number;
  readonly seconds: number;
  readonly seed: number;
}

const checkedRows = 16;

/** FP32 C = A B in plain JavaScript, for `seconds`, then a check of sampled rows as native/gemm-harness.h does it. */
export function run(input: unknown): Readonly<Record<string, unknown>> {
  const { size, seconds, seed } = input as MatmulInput; // the tool's plan wrote it; this file may import no schema
  const a = normal(size * size, seed);
  const b = normal(size * size, seed + 1);
  const transposed = transpose(b, size);
  const c = new Float32Array(size * size);
  multiply(a, transposed, c, size);
  c.fill(Number.NaN);
  let iterations = 0;
  let elapsedMs = 0;
  const start = performance.now();
  do {
    multiply(a, transposed, c, size);
    iterations += 1;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < seconds * 1000);
  const rows = Array.from({ length: Math.min(checkedRows, size) }, (_, index) =>
    Math.floor((index * size) / checkedRows),
  );
  const wrong = rows.reduce((total, row) => total + wrongInRow(a, transposed, c, size, row), 0);
  return { runtime: process.versions.node, size, iterations, elapsedMs, checked: rows.length * size, wrong };
}

/** Rows of A by rows of B transposed, in bands of 64 of the latter, which stay in the cache. `n` is a multiple of 4. */
function multiply(a: Float32Array, b: Float32Array, c: Float32Array, n: number): void {
  for (let band = 0; band < n; band += 64) {
    const end = Math.min(band + 64, n);
    for (let i = 0; i < n; i += 2) for (let j = band; j < end; j += 4) tile(a, b, c, n, i, j);
  }
}

/** Two by four elements of C. `fround` after each operation keeps V8 in FP32. */
function tile(a: Float32Array, b: Float32Array, c: Float32Array, n: number, i: number, j: number): void {
  const f = Math.fround;
  let s00 = f(0);
  let s01 = f(0);
  let s02 = f(0);
  let s03 = f(0);
  let s10 = f(0);
  let s11 = f(0);
  let s12 = f(0);
  let s13 = f(0);
  for (let k = 0; k < n; k += 1) {
    const x0 = a[i * n + k] as number; // every index is in range: n is a multiple of 4
    const x1 = a[(i + 1) * n + k] as number;
    const y0 = b[j * n + k] as number;
    const y1 = b[(j + 1) * n + k] as number;
    const y2 = b[(j + 2) * n + k] as number;
    const y3 = b[(j + 3) * n + k] as number;
    s00 = f(s00 + f(x0 * y0));
    s01 = f(s01 + f(x0 * y1));
    s02 = f(s02 + f(x0 * y2));
    s03 = f(s03 + f(x0 * y3));
    s10 = f(s10 + f(x1 * y0));
    s11 = f(s11 + f(x1 * y1));
    s12 = f(s12 + f(x1 * y2));
    s13 = f(s13 + f(x1 * y3));
  }
  c.set([s00, s01, s02, s03], i * n + j);
  c.set([s10, s11, s12, s13], (i + 1) * n + j);
}

/** Elements of a row with |C − Cref| > γ_n (|A| |B|), γ_n = n u / (1 − n u), u = 2⁻²⁴ (Higham, section 3.5). */
function wrongInRow(a: Float32Array, b: Float32Array, c: Float32Array, n: number, row: number): number {
  const gamma = (n * 2 ** -24) / (1 - n * 2 ** -24);
  let wrong = 0;
  for (let j = 0; j < n; j += 1) {
    let [reference, magnitude] = [0, 0];
    for (let k = 0; k < n; k += 1) {
      const product = (a[row * n + k] ?? Number.NaN) * (b[j * n + k] ?? Number.NaN);
      reference += product;
      magnitude += Math.abs(product);
    }
    const isRight = Math.abs((c[row * n + j] ?? Number.NaN) - reference) <= gamma * magnitude;
    if (!isRight) wrong += 1; // NaN is wrong
  }
  return wrong;
}

function transpose(matrix: Float32Array, n: number): Float32Array {
  return Float32Array.from(
    matrix,
    (_, index) => matrix[(index % n) * n + Math.floor(index / n)] ?? Number.NaN,
  );
}

/** N(0,1) by Box–Muller from a seeded generator (mulberry32): neither zeros nor integers. */
function normal(count: number, seed: number): Float32Array {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

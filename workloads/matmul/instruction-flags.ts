/**
 * Compiler options for our own kernel, each of them a feature that the CPU has. `-march=native` would ask CPUID for
 * a model name: a virtual machine that masks some features is taken for another model (seen: Sapphire Rapids as
 * Rocket Lake, without FP16), and a model's name may promise features that are masked.
 */
export function instructionFlags(dtype: 'fp32' | 'fp16', cpuFlags: readonly string[]): readonly string[] {
  const has = (...names: readonly string[]) => names.every((name) => cpuFlags.includes(name));
  const avx2 = has('avx2', 'fma', 'f16c') ? ['-mavx2', '-mfma', '-mf16c'] : [];
  const avx512 =
    avx2.length > 0 && has('avx512f', 'avx512bw', 'avx512dq', 'avx512vl')
      ? ['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl']
      : [];
  if (dtype === 'fp32') return [...avx2, ...avx512];
  if (has('asimdhp', 'fphp', 'atomics', 'asimdrdm')) return ['-march=armv8.2-a+fp16'];
  return avx512.length > 0 && has('avx512_fp16')
    ? [...avx2, ...avx512, '-mavx512fp16']
    : [...avx2, ...avx512];
}

/** Whether the CPU computes in FP16 itself: on x86 AVX512-FP16, on Arm the half-precision extension. */
export function hasFp16(cpuFlags: readonly string[]): boolean {
  const flags = instructionFlags('fp16', cpuFlags);
  return flags.includes('-mavx512fp16') || flags.includes('-march=armv8.2-a+fp16');
}

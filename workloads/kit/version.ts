/** What has a version of its own, and lines in which that goes on. */
export const versionedComponents = [
  'driver',
  'vbios',
  'nccl',
  'container-toolkit',
  'bmc',
  'bios',
  'nic-firmware',
  'kernel',
] as const;
export type VersionedComponent = (typeof versionedComponents)[number];

/** A version as far as it can be ordered: its line, and numbers that are compared from left to right. */
export interface ReadVersion {
  /** Versions of one line follow each other; a fix can be in several lines, each with a number of its own. */
  readonly line: string;
  readonly numbers: readonly number[];
}

/** Reads a version by the component's own grammar; `undefined` for a text that is none. */
export function readVersion(component: VersionedComponent, text: string): ReadVersion | undefined {
  const given = text.trim();
  if (given.length > 100) return undefined;
  return grammars[component](given);
}

/** Negative: `a` is before `b`. A number more is later: 570.20.1 follows 570.20. */
export function compareVersions(a: ReadVersion, b: ReadVersion): number {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let place = 0; place < length; place += 1) {
    const difference = (a.numbers[place] ?? 0) - (b.numbers[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

type Grammar = (text: string) => ReadVersion | undefined;

const decimals = (text: string): readonly number[] => text.split('.').map(Number);

/** Dotted numbers; the first `depth` of them are the line. */
const dotted =
  (pattern: RegExp, depth: number): Grammar =>
  (text) => {
    const [, numbers] = pattern.exec(text) ?? [];
    if (numbers === undefined) return undefined;
    return { line: numbers.split('.').slice(0, depth).join('.'), numbers: decimals(numbers) };
  };

const grammars: Readonly<Record<VersionedComponent, Grammar>> = {
  /** NVIDIA's: `570.172.08`, of which 570 is the branch; older ones have two numbers. */
  driver: dotted(/^(\d{3,4}(?:\.\d{1,4}){1,2})$/, 1),
  vbios: readVbios,
  /** `2.27.3`, `2.27.3+cuda12.9`. */
  nccl: dotted(/^(\d{1,3}(?:\.\d{1,3}){2})(?:\+cuda[\d.]+)?$/, 2),
  'container-toolkit': readRelease,
  bmc: dotted(/^(\d{1,5}(?:\.\d{1,5}){1,4})$/, 0),
  bios: readBios,
  /** Of the chip, `28.39.1002 (MT_0000000838)`: the first number is the chip's. */
  'nic-firmware': dotted(/^(\d{1,5}(?:\.\d{1,5}){1,3})(?:\s.*)?$/, 1),
  kernel: readKernel,
};

/** Bytes in hexadecimal, `96.00.74.00.01`; the first is that of the chip. */
function readVbios(text: string): ReadVersion | undefined {
  if (!/^[\da-f]{2}(?:\.[\da-f]{2}){3,4}$/i.test(text)) return undefined;
  const bytes = text.split('.');
  return {
    line: (bytes[0] ?? '').toLowerCase(),
    numbers: bytes.map((each) => Number.parseInt(each, 16)),
  };
}

/** `1.17.8`, of a package `1.17.8-1`; `1.18.0~rc.1` and `1.18.0-rc.1` come before `1.18.0`. */
function readRelease(text: string): ReadVersion | undefined {
  const found = /^v?(\d{1,4}(?:\.\d{1,4}){2})(?:[-~]rc\.?(\d{1,3}))?(?:-(\d{1,3}))?$/.exec(text);
  if (found === null) return undefined;
  const [, numbers = '', candidate, revision] = found;
  return {
    line: '',
    numbers: [...decimals(numbers), candidate === undefined ? 1 : 0, Number(candidate ?? revision ?? 0)],
  };
}

/** `3.2`, `2.10.5`, and with a letter behind, `1.4a`. */
function readBios(text: string): ReadVersion | undefined {
  const found = /^v?(\d{1,4}(?:\.\d{1,5}){1,4})([a-z])?$/i.exec(text);
  if (found === null) return undefined;
  const [, numbers = '', letter] = found;
  const places = [...decimals(numbers), 0, 0, 0, 0].slice(0, 5);
  return {
    line: '',
    numbers: [...places, letter === undefined ? 0 : letter.toLowerCase().charCodeAt(0) - 96],
  };
}

/**
 * A plain kernel's line is its first two numbers (`6.6.15`). What a distributor builds is a line of its own and goes on by his number:
 * `5.15.0-91-generic`, `5.14.0-427.13.1.el9_4.x86_64` have fixes that no number of the plain kernel tells of.
 */
function readKernel(text: string): ReadVersion | undefined {
  const found =
    /^(\d{1,2})\.(\d{1,3})(?:\.(\d{1,4}))?(?:-(\d{1,6}(?:\.\d{1,6})*)[.-]([a-z][\w+.-]*))?$/i.exec(text);
  if (found === null) return undefined;
  const [, major = '', minor = '', patch = '0', build, flavour] = found;
  if (build === undefined || flavour === undefined)
    return { line: `${major}.${minor}`, numbers: [major, minor, patch].map(Number) };
  const built = /^el\d+/.exec(flavour)?.[0] ?? flavour;
  return {
    line: `${major}.${minor}.${patch} ${built}`,
    numbers: [...[major, minor, patch].map(Number), ...decimals(build)],
  };
}

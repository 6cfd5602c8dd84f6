/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly majorMinor: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  readonly options: string;
}

/** Lines that are cut short are left out. */
export function readMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [left = '', right = ''] = line.split(' - ');
    const [, , majorMinor, , mountPoint, options] = left.split(' ');
    const [fileSystem, source, superOptions] = right.split(' ');
    if (
      majorMinor === undefined ||
      mountPoint === undefined ||
      options === undefined ||
      superOptions === undefined
    )
      return [];
    if (fileSystem === undefined || source === undefined || fileSystem === '') return [];
    return [
      {
        majorMinor,
        mountPoint: unescape(mountPoint),
        fileSystem,
        source: unescape(source),
        options: mergeOptions(options, superOptions),
      },
    ];
  });
}

/** The mount that holds `path`: the longest mount point above it, and of equal ones the last (it hides the others). */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  const isAbove = ({ mountPoint }: Mount): boolean =>
    mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
  return mounts
    .filter(isAbove)
    .reduce<Mount | undefined>(
      (best, mount) =>
        best === undefined || mount.mountPoint.length >= best.mountPoint.length ? mount : best,
      undefined,
    );
}

/** Blanks and backslashes are written as octal numbers. */
const unescape = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const mergeOptions = (own: string, superBlock: string): string =>
  [...new Set([...own.split(','), ...superBlock.split(',')])].join(',');

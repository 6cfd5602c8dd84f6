const scales: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

const size = /(?<![\w.])(\d{1,6}(?:\.\d{1,6})?) ?(?:([MGT])i?B|([mgt])b)(?!\w)/g;

/**
 * The one size in the name of a module. In those GB is GiB, since prefixes of semiconductor memory are binary
 * (JESD100B.01); Gb is the density of a chip.
 */
export function moduleBytes(model: string): number | undefined {
  const sizes = [...model.matchAll(size)];
  const [[, number, capital, small] = []] = sizes;
  const bytes = Number(number) * (scales[capital ?? small?.toUpperCase() ?? ''] ?? 0);
  return sizes.length === 1 && bytes > 0 ? bytes : undefined;
}

/** A size as all modules of it are called here: `64 GiB`. */
export const sizeName = (bytes: number): string =>
  bytes < 2 ** 30 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 30} GiB`;

/** Generation, speed, ranks, width and the like: `DDR5`, `PC5`, `4800MT`, `2Rx4`, `x80`, `CL40`. */
const general =
  /^(?:(?:lp)?ddr\d[a-z]*|pc\dl?|\d{1,5}(?:\.\d{1,3})?[a-z]{0,4}|(?:\d{1,2}[sdrg]){0,2}x\d{1,2}|cl\d{1,2}|[a-z]*dimm[a-z]?\d*)$/i;

/** The words beside a size that are no general ones, so that they name one product: with a long piece that has digits. */
export const partNumbers = (model: string): readonly string[] =>
  model
    .replaceAll(size, ' ')
    .split(/[\s,;:()+@*]+/)
    .filter((word) =>
      word.split(/[-/_]/).some((piece) => /\d/.test(piece) && piece.length >= 5 && !general.test(piece)),
    );

import type { Result } from '../result.ts';
import { err, ok } from '../result.ts';
import type { Element } from './nvidia-xml.ts';
import { isElement } from './nvidia-xml.ts';

const silent = /^\[?(n\/a|not supported)\]?$/i;

/**
 * How many errors of its memories a GPU could not correct in its life (`aggregate`; the volatile counters begin anew with the
 * driver). Since Ampere they stand by the kind of memory (`dram_uncorrectable`, `sram_uncorrectable_secded`), before that in one
 * total. `undefined`: it counts none, for want of ECC, and every one is `N/A`. What is neither is an error.
 */
export function readUncorrectedErrors(gpu: Element): Result<number | undefined> {
  const errors = isElement(gpu['ecc_errors']) ? gpu['ecc_errors']['aggregate'] : undefined;
  if (!isElement(errors)) return err('expected ecc_errors/aggregate, got none');
  const older = isElement(errors['double_bit']) ? errors['double_bit']['total'] : undefined;
  const kinds = Object.entries(errors).filter(([name]) => /^[sd]ram_uncorrectable/.test(name));
  const texts = kinds.length === 0 ? [older] : kinds.map(([, text]) => text);
  const isWhole = kinds.length === 0 || kinds.some(([name]) => name === 'dram_uncorrectable');
  const told = texts.map((text) => (typeof text === 'string' ? text.trim() : ''));
  if (told.every((text) => silent.test(text))) return ok(undefined);
  return isWhole && told.every((text) => /^\d{1,15}$/.test(text))
    ? ok(told.reduce((sum, text) => sum + Number(text), 0))
    : err(
        `expected a number of each kind of uncorrected errors, got ${told.map((text) => `\`${text.slice(0, 40)}\``).join(', ')}`,
      );
}

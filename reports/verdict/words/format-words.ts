import { cleanText } from '../../text/clean-text.ts';
import { remember } from '../../text/remember.ts';

/** An identifier as words: `queueDepth` is read as `queue depth`. */
export const formatWords = remember((name) =>
  cleanText(name).replace(
    /([a-z0-9])([A-Z])(?![A-Z])/g,
    (_, end: string, start: string) => `${end} ${start.toLowerCase()}`,
  ),
);

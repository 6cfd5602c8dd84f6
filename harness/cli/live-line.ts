import type { Writable } from 'node:stream';
import { cleanText } from '../../reports/text/clean-text.ts';
import { displayWidth } from '../../reports/text/display-width.ts';
import type { Environment } from '../environment.ts';

/** How often a terminal is told that time goes by. */
const tickMs = 1000;

/** The last line of a terminal, which says where things stand, every second anew. Elsewhere nothing of it is written. */
export class LiveLine {
  readonly #err: Writable;
  readonly #terminal: Pick<Environment['terminal'], 'isInteractive' | 'columns'>;
  #say: (() => string) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(err: Writable, terminal: Pick<Environment['terminal'], 'isInteractive' | 'columns'>) {
    this.#err = err;
    this.#terminal = terminal;
  }

  /** From now on it says this, whatever it is when it is asked. */
  say(say: () => string): void {
    this.#say = say;
    if (!this.#terminal.isInteractive) return;
    this.#timer ??= setInterval(() => this.#draw(), tickMs).unref();
    this.#draw();
  }

  /** Makes room for other lines; the next second it is there again. */
  clear(): void {
    if (this.#isShown) this.#err.write('\r\u001b[2K');
    this.#isShown = false;
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.clear();
  }

  #draw(): void {
    this.#err.write(`\r\u001b[2K${cut(cleanText(this.#say?.() ?? ''), this.#terminal.columns - 1)}`);
    this.#isShown = true;
  }
}

/** A line that wraps could not be taken back. */
function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (displayWidth(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

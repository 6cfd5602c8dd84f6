import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import * as z from 'zod';
import type { FacilityTrouble } from '../../reports/verdict/facility-trouble.ts';
import { isTooDeep, parseJson } from '../../workloads/kit/parse-json.ts';

/** What a facility says of its cooling, one JSON object a line; whatever else it tells of is its own. */
const Told = z.object({
  /** Whether the liquid flows, or how much of it in whatever unit: 0 is none. */
  flow: z.union([z.boolean(), z.number().nonnegative()]),
  leak: z.boolean(),
});

/** Nobody has more to say of flow and leak than this, in a line and in a second. */
const [lineBytes, linesPerSecond] = [4_096, 100];
/** Words of a program that are told on. */
const saidCharacters = 200;

/** What it gets to end by itself. */
const graceMs = 1_000;

/** How long the cooling may be unknown. */
export const staleMs = 30_000;

/**
 * A program on this machine that tells flow and leaks of a facility, for as long as it is needed. Its first trouble is the last:
 * what it says afterwards is not heard. It is told by `onTrouble` once, and by `begun` when it comes before the first good line.
 */
export class FacilitySource {
  /** Resolves when flow was told and no leak; with the trouble, if that came first. */
  readonly begun: Promise<FacilityTrouble | undefined>;
  readonly #program: ReturnType<typeof startProgram>;
  readonly #onTrouble: (trouble: FacilityTrouble) => void;
  readonly #staleMs: number;
  readonly #begin: (trouble: FacilityTrouble | undefined) => void;
  readonly #second: NodeJS.Timeout;
  #late: NodeJS.Timeout;
  #rest = '';
  #lines = 0;
  #words = '';
  #isOver = false;

  constructor(
    command: readonly string[],
    options: { readonly onTrouble: (trouble: FacilityTrouble) => void; readonly staleMs?: number },
  ) {
    this.#onTrouble = options.onTrouble;
    this.#staleMs = options.staleMs ?? staleMs;
    const { promise, resolve } = Promise.withResolvers<FacilityTrouble | undefined>();
    this.begun = promise;
    this.#begin = resolve;
    this.#second = setInterval(() => {
      this.#lines = 0;
    }, 1_000);
    this.#late = this.#wait();
    this.#program = startProgram(command);
    this.#program.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#program.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#words = `${this.#words}${text}`.slice(-saidCharacters);
    });
    void this.#program.then(({ exitCode, signal, code, originalMessage }) => {
      if (exitCode === undefined && signal === undefined)
        return this.#fail({ kind: 'not-started', said: code ?? originalMessage ?? 'no reason given' });
      const words = this.#words.trim().split('\n').at(-1) ?? '';
      const how = exitCode === undefined ? `by ${signal}` : `with ${exitCode}`;
      return this.#fail({ kind: 'ended', said: words === '' ? how : `${how}: ${words}` });
    });
  }

  /** Ends the program; nothing is told any more. */
  async close(): Promise<void> {
    this.#end();
    const isOver = await Promise.race([
      this.#program.then(() => true),
      sleep(graceMs, false, { ref: false }),
    ]);
    if (!isOver) this.#kill('SIGKILL');
    this.#program.stdout.destroy();
    this.#program.stderr.destroy();
  }

  #hear(text: string): void {
    if (this.#isOver) return;
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines += lines.length;
    if (this.#lines > linesPerSecond) return this.#fail({ kind: 'floods' });
    lines.forEach((line) => this.#read(line));
    if (this.#rest.length > lineBytes) this.#fail({ kind: 'unreadable', said: 'a line without an end' });
  }

  #read(line: string): void {
    if (this.#isOver) return;
    const told = Told.safeParse(isTooDeep(line) ? undefined : parseJson(line));
    if (!told.success) return this.#fail({ kind: 'unreadable', said: line.slice(0, saidCharacters) });
    const { flow, leak } = told.data;
    if (leak) return this.#fail({ kind: 'leak' });
    if (flow === false || flow === 0) return this.#fail({ kind: 'no-flow' });
    clearTimeout(this.#late);
    this.#late = this.#wait();
    this.#begin(undefined);
  }

  #wait(): NodeJS.Timeout {
    return setTimeout(() => this.#fail({ kind: 'stale', said: `${this.#staleMs / 1000} s` }), this.#staleMs);
  }

  #fail(trouble: FacilityTrouble): void {
    if (this.#isOver) return;
    this.#end();
    this.#begin(trouble);
    this.#onTrouble(trouble);
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#late);
    clearInterval(this.#second);
    this.#kill('SIGTERM');
  }

  /** With all that it has started: a shell's child would hold the pipes. */
  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#program;
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause;
    }
  }
}

/** Its output is read as it comes, and none of it is kept. */
const startProgram = ([file = '', ...args]: readonly string[]) =>
  execa(file, args, { stdin: 'ignore', buffer: false, reject: false, detached: true, cleanup: false });

import fc from 'fast-check';
import type { CommandOutput, StepOutputs } from '../../workloads/kit/tool.ts';

/** What was done to the outputs of a step, and what is left of them. */
export interface Damaged {
  readonly what: string;
  readonly outputs: StepOutputs;
}

type Text = readonly [what: string, text: string];

/** A number that stands alone, not a part of a word (`sha256`, `vda1`) or of a version (`4.1.4`). */
const number = /(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g;

/** The same text with other numbers in it: the first digit of each goes up by one. */
const withOtherNumbers = (text: string): string =>
  text.replace(number, (digits) => `${digits.startsWith('9') ? 8 : Number(digits[0]) + 1}${digits.slice(1)}`);

const withOtherLastNumber = (line: string): string => {
  const last = [...line.matchAll(number)].at(-1);
  return last === undefined
    ? line
    : line.slice(0, last.index) + withOtherNumbers(last[0]) + line.slice(last.index + last[0].length);
};

const linesOf = (text: string): readonly string[] => text.match(/.*\n|.+$/g) ?? [];

/** Every way in which a text is damaged here, place by place. */
export function* damageText(text: string): Generator<Text> {
  if (text === '') {
    yield ['text where was none', 'warning: 3 of 7\n'];
    return;
  }
  yield ['emptied', ''];
  yield ['doubled', text + text];
  yield ['doubled with other numbers', text + withOtherNumbers(text)];
  yield ['CR before every LF', text.replaceAll('\n', '\r\n')];
  yield ['LF at the end left out', text.trimEnd()];
  yield ['text after', `${text}warning: 3 of 7`];
  const lines = linesOf(text);
  let start = 0;
  for (const [index, line] of lines.entries()) {
    const put = (...those: readonly string[]): string =>
      text.slice(0, start) + those.join('') + text.slice(start + line.length);
    const at = (what: string): string => `${what} at line ${index + 1}`;
    const middle = Math.floor(line.length / 2);
    yield [at('cut'), text.slice(0, start)];
    yield [at('removed'), put()];
    yield [at('doubled'), put(line, line)];
    yield [at('text before'), put('warning: 3 of 7\n', line)];
    yield [at('text put in front'), put('warning: 3 of 7 ', line)];
    yield [at('NUL in front'), put('\0', line)];
    yield [at('NUL inside'), put(line.slice(0, middle), '\0', line.slice(middle))];
    yield [at('CR inside'), put(line.slice(0, middle), '\r', line.slice(middle))];
    for (const other of new Set([withOtherNumbers(line), withOtherLastNumber(line)])) {
      if (other === line) continue;
      yield [at('other numbers before'), put(other, line)];
      yield [at('other numbers after'), put(line, other)];
    }
    for (const { 0: digits, index: place } of line.matchAll(number)) {
      for (const other of ['nan', 'inf', ...(digits.includes('.') ? [digits.replace('.', ',')] : [])])
        yield [
          at(`${digits} as ${other}`),
          put(line.slice(0, place), other, line.slice(place + digits.length)),
        ];
    }
    start += line.length;
  }
  const last = text.length - (lines.at(-1) ?? '').length;
  for (let length = last + 1; length < text.length; length += 1)
    yield [`cut after ${length - last} characters of the last line`, text.slice(0, length)];
}

/**
 * Cuts a text anywhere, or removes, doubles or moves some of its lines, or puts a line of anything between them. Numbers
 * stay as they are: nobody can tell a number from another one that is as plausible.
 */
export const damageAnywhere: fc.Arbitrary<(text: string) => string> = fc
  .record({
    how: fc.constantFrom('cut', 'remove', 'double', 'move', 'put'),
    from: fc.nat(),
    count: fc.integer({ min: 1, max: 12 }),
    to: fc.nat(),
    piece: fc.string({ unit: 'binary' }),
  })
  .map(({ how, from, count, to, piece }) => (text) => {
    const lines = linesOf(text);
    const start = from % (lines.length + 1);
    const some = lines.slice(start, start + count);
    const rest = lines.toSpliced(start, count);
    switch (how) {
      case 'cut':
        return text.slice(0, from % (text.length + 1));
      case 'remove':
        return rest.join('');
      case 'double':
        return lines.toSpliced(start, 0, ...some).join('');
      case 'move':
        return rest.toSpliced(to % (rest.length + 1), 0, ...some).join('');
      case 'put':
        return lines.toSpliced(start, 0, `${piece}\n`).join('');
    }
  });

/** Any other text in its place. */
export const anyText: fc.Arbitrary<(text: string) => string> = fc
  .oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom('\n', '{}', 'nan', '1e999'))
  .map((text) => () => text);

/** A text that a tool left (or the kernel's counters around it), with a way to put another in its place. */
export interface Slot {
  readonly name: string;
  readonly text: string;
  readonly replaced: (text: string) => StepOutputs;
}

/** All texts of a step. */
export function slotsOf(outputs: StepOutputs): readonly Slot[] {
  return Object.entries(outputs).flatMap(([id, output]) => {
    const slot = (name: string, text: string, change: (text: string) => Partial<CommandOutput>): Slot => ({
      name: `${id} ${name}`,
      text,
      replaced: (other) => ({ ...outputs, [id]: { ...output, ...change(other) } }),
    });
    const { stdout, stderr, artifacts, counters } = output;
    return [
      slot('stdout', stdout, (text) => ({ stdout: text })),
      slot('stderr', stderr, (text) => ({ stderr: text })),
      ...Object.entries(artifacts).map(([file, kept]) =>
        slot(file, kept, (text) => ({ artifacts: { ...artifacts, [file]: text } })),
      ),
      ...(counters === undefined
        ? []
        : (['before', 'after'] as const).flatMap((when) =>
            Object.entries(counters[when]).map(([file, kept]) =>
              slot(`${file} ${when}`, kept ?? '', (text) => ({
                counters: { ...counters, [when]: { ...counters[when], [file]: text } },
              })),
            ),
          )),
    ];
  });
}

/** Every damage to every text of a step, and to its commands: not run, ended otherwise, another one's output. */
export function* damageOutputs(outputs: StepOutputs): Generator<Damaged> {
  for (const slot of slotsOf(outputs)) {
    for (const [what, text] of damageText(slot.text))
      yield { what: `${slot.name}: ${what}`, outputs: slot.replaced(text) };
  }
  for (const [id, output] of Object.entries(outputs)) {
    const { [id]: _, ...others } = outputs;
    yield { what: `${id}: never ran`, outputs: others };
    for (const exitCode of [1, undefined])
      yield {
        what: `${id}: exit code ${exitCode ?? 'unknown'}`,
        outputs: { ...outputs, [id]: { ...output, exitCode } },
      };
    for (const file of Object.keys(output.artifacts)) {
      const { [file]: _without, ...artifacts } = output.artifacts;
      yield { what: `${id}: without ${file}`, outputs: { ...outputs, [id]: { ...output, artifacts } } };
    }
    for (const [other, { stdout, stderr, artifacts }] of Object.entries(others)) {
      // Under its own names of files: a tool that writes the same report under another name.
      const [report] = Object.values(artifacts);
      const taken =
        report === undefined
          ? output.artifacts
          : Object.fromEntries(Object.keys(output.artifacts).map((file) => [file, report]));
      yield {
        what: `${id}: the output of ${other}`,
        outputs: { ...outputs, [id]: { ...output, stdout, stderr, artifacts: taken } },
      };
    }
  }
}

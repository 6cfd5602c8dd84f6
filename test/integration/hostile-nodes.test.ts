import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorExitCodes } from '../../workloads/kit/error-code.ts';
import type { Mode } from '../support/hostile/mode.ts';
import { begin, kinds, silence } from '../support/hostile/mode.ts';
import { modes as all } from '../support/hostile/modes.ts';
import type { Lies } from '../support/lying-node.ts';
import { quickHash, runAssay, startAssay, writeSuite } from '../support/run-assay.ts';
import { cellsOf, startLiars, surveyLiars, toldOf, weigh } from '../support/survey-liars.ts';
import { tell } from '../support/tell.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const modes = Object.entries(all);

/** Deadlines of six seconds instead of a minute. */
const patience = 1 / 10;
/** Nodes that misbehave at the same time, beside an honest one. */
const atOnce = (kind: string): number => (kind === 'floods' ? 8 : 12);
/** The suite measures less than a survey asks for. */
const undecided = 2;
const most = { memoryBytes: 300e6, diskBytes: 70e6 };

const groups = kinds.flatMap((kind) => {
  const own = modes.filter(([, mode]) => mode.kind === kind);
  const count = atOnce(kind);
  return Array.from(
    { length: Math.ceil(own.length / count) },
    (_, index) => [kind, index + 1, own.slice(index * count, (index + 1) * count)] as const,
  );
});

it('has at least five modes of each kind, sixty in all', () => {
  const described = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  for (const kind of kinds) {
    expect(described).toContain(`\n| ${kind} |`);
    expect(modes.filter(([, mode]) => mode.kind === kind).length, kind).toBeGreaterThanOrEqual(5);
  }
  expect(modes.length).toBeGreaterThanOrEqual(60);
  for (const [name, { code }] of modes)
    for (const each of code?.split('|') ?? []) expect(Object.keys(errorExitCodes), name).toContain(each);
});

describe('nodes that misbehave beside an honest one', () => {
  let beside: ReturnType<typeof cellsOf> | undefined;
  const besideHonest = async (): Promise<ReturnType<typeof cellsOf>> =>
    (beside ??= cellsOf(
      await surveyLiars({ honest: {}, second: {} }, { directory: temporaryDirectory(), patience }),
      'honest',
    ));

  it.each(groups)('%s, part %i', { timeout: 120_000 }, async (kind, _part, group) => {
    const liars = group.map(([name, mode], index) => ({ node: `liar${index + 1}`, name, mode }));
    const lies = Object.fromEntries(liars.map(({ node, mode }) => [node, mode.lies]));
    const found = await surveyLiars(
      { honest: {}, ...lies },
      {
        directory: temporaryDirectory(),
        // They are of this process, and keep it from answering as the honest one.
        patience: kind === 'floods' ? 1 / 3 : patience,
      },
    );
    expect(found.exitCode, found.stderr).toBe(undecided);
    expect(cellsOf(found, 'honest')).toEqual(await besideHonest());
    const words = toldOf(found.stderr);
    expect(words.get('honest')).toBeUndefined();
    for (const { node, name, mode } of liars) expectTold(name, mode, words.get(node));
    expect(found.stderr + found.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(found.stderr).not.toContain('defect in Assay');
    expect(found.peakBytes).toBeLessThan(most.memoryBytes);
    expect(weigh(found.run)).toBeLessThan(most.diskBytes);
    // What is kept of any of them can be judged again, to the same bytes.
    const file = join(`${found.run}.report`, 'verdicts/survey.json');
    const live = readFileSync(file, 'utf8');
    await runAssay(['judge', found.run, '--profile', 'survey'], { cwd: found.directory });
    expect(readFileSync(file, 'utf8')).toBe(live);
  });
});

describe('a node that has a copy of another one', () => {
  it("'s boot id is told of with it, and takes nothing from it", async () => {
    const copy: Lies = { probe: ({ look }, { step }) => look(String(step), 'honest') };
    const found = await surveyLiars({ honest: {}, copy }, { directory: temporaryDirectory() });
    const alone = await surveyLiars({ honest: {} }, { directory: temporaryDirectory() });
    expect([found.exitCode, alone.exitCode]).toEqual([undecided, undecided]);
    expect(readFileSync(join(found.run, 'coordinator.ndjson'), 'utf8')).toMatch(
      /"type":"distinct","nodes":\["honest","copy"\]/,
    );
    expect(tell(found.verdict().notShown)).toContainEqual({
      what: expect.stringContaining('A machine of its own') as unknown,
      about: ['copy', 'honest'],
      reason: expect.stringMatching(/say the same: boot id .*each agent held the lease/) as unknown,
    });
    expect(cellsOf(found, 'honest')).toEqual(cellsOf(alone, 'honest'));
  });
});

describe('assay stop', () => {
  it('stops the others at once when a node is silent, and says which', { timeout: 120_000 }, async () => {
    const directory = temporaryDirectory();
    const begun = Promise.withResolvers<undefined>();
    const busy: Lies = { batch: (liar, message) => begin(liar, message) };
    const silent: Lies = { ...busy, stop: silence };
    const deaf: Lies = {
      batch: (liar, message) => {
        begin(liar, message);
        begun.resolve(undefined);
      },
      exec: (liar, message) => {
        if (!String(message['command']).includes('"mode":"stop"')) liar.honestly(message);
      },
    };
    // Stops, and is silent when it is asked what it measured.
    const spent: Lies = {
      ...busy,
      exec: (liar, message) => {
        if (!String(message['command']).includes('"mode":"attach"')) liar.honestly(message);
      },
    };
    const { args, stop } = await startLiars(directory, { busy, silent, deaf, spent });
    try {
      const env = { ASSAY_PATIENCE: '0.5' };
      const suite = writeSuite(directory, [quickHash({ repetitions: 2, budgetSeconds: 60 })]);
      const run = join(directory, 'run');
      const running = startAssay(['survey', ...args, '--suite', suite, '--out', run], {
        cwd: directory,
        env,
      });
      await begun.promise;
      running.signal('SIGKILL');
      await running.finished;
      const stopped = await runAssay(['stop', run, '--now'], { cwd: directory, env });
      expect(stopped.exitCode, stopped.stderr).toBe(3);
      const told = toldOf(stopped.stderr);
      expect([...told.keys()].toSorted()).toEqual(['deaf', 'silent', 'spent']);
      for (const [node, words] of told)
        expect(words).toMatch(
          node === 'spent'
            ? /NODE_SILENT .*expected an answer from the node's shell within [1-5](\.\d)? s/
            : /NODE_SILENT .*expected the node to stop within 5 s/,
        );
    } finally {
      await stop();
    }
  });
});

function expectTold(name: string, { code, says = '' }: Mode, words: string | undefined): void {
  if (code === undefined) expect.soft(words, name).toBeUndefined();
  else expect.soft(words, name).toMatch(new RegExp(`: (${code}) .*(${says})`));
}

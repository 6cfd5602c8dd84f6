import { chmod } from 'node:fs/promises';
import { writeWhole } from '../../agents/protocol/write-whole.ts';
import type { Nights } from '../../reports/verdict/nights.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Told } from './due-messages.ts';
import { dueMessages } from './due-messages.ts';
import { nightJunit } from './night-junit.ts';
import { nightMarkdown } from './night-markdown.ts';
import type { NodeVerdict } from './night-prometheus.ts';
import { nightPrometheus } from './night-prometheus.ts';
import type { Webhook } from './webhook.ts';
import { post } from './webhook.ts';

/** What was told of events, kept with the index: a second telling of the same night says nothing twice. */
export interface ToldState {
  readonly told: () => Promise<ReadonlyMap<string, Told>>;
  readonly markTold: (event: string, told: Told) => Promise<void>;
}

/** Who is told, and how; all are optional. Paths are absolute. */
export interface Telling {
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly webhook?: Webhook | undefined;
  /** For Prometheus: verdicts of profiles on nodes, where the caller has some. */
  readonly verdicts?: readonly NodeVerdict[];
  readonly state: ToldState;
  readonly now: () => Date;
}

/** The node exporter is another user. */
const readableMode = 0o644;

/** Tells of a night by each way that was asked for; one that fails keeps no other from being taken. Returns what failed. */
export async function tellNight(nights: Nights, telling: Telling): Promise<readonly AssayError[]> {
  const { markdown, junit, prometheus, webhook, now } = telling;
  const failures: AssayError[] = [];
  const attempt = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (cause) {
      failures.push(AssayError.from(cause));
    }
  };
  if (markdown !== undefined) await attempt(() => writeWhole(markdown, nightMarkdown(nights)));
  if (junit !== undefined) await attempt(() => writeWhole(junit, nightJunit(nights)));
  if (prometheus !== undefined)
    await attempt(async () => {
      const text = nightPrometheus(nights, Math.floor(now().getTime() / 1000), telling.verdicts);
      await writeWhole(prometheus, text);
      await chmod(prometheus, readableMode);
    });
  if (webhook !== undefined) await attempt(() => send(nights, webhook, telling));
  return failures;
}

/** Sends what is due, one after the other; what was taken is written down at once, and the first that was not ends it. */
async function send(nights: Nights, webhook: Webhook, { state, now }: Telling): Promise<void> {
  for (const { event, told, message } of dueMessages(nights, await state.told())) {
    await post(webhook, { id: message.id, body: JSON.stringify(message), now });
    await state.markTold(event, told);
  }
}

import { isAbsolute, resolve } from 'node:path';
import type { Argv } from 'yargs';
import type { Nights } from '../../reports/verdict/nights.ts';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { ExitCode } from '../../workloads/kit/error-code.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import type { History } from '../history/history.ts';
import type { NodeVerdict } from '../told/night-prometheus.ts';
import type { Webhook } from '../told/webhook.ts';
import type { CliContext } from './command.ts';

/** Options that say who is told of a night. */
export interface TellingOptions {
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly webhook?: string | undefined;
}

/** Adds them to a command. */
export const withTelling = <A>(argv: Argv<A>) =>
  argv
    .option('markdown', { type: 'string', describe: 'Write what the night says as Markdown to FILE' })
    .option('junit', { type: 'string', describe: 'Write it as JUnit XML to FILE' })
    .option('prometheus', {
      type: 'string',
      describe: "Write it to FILE for the textfile collector of Prometheus' node exporter (*.prom)",
    })
    .option('webhook', {
      type: 'string',
      describe:
        'Send events that are new, changed or still open; FILE has the URL and the key, or `environment`: ASSAY_WEBHOOK_URL, ASSAY_WEBHOOK_SECRET',
    });

/**
 * Tells of a night as the options say, and prints what failed. The exit code is that of the night, or 3 where the night is good and
 * somebody was not told.
 */
export async function tell(
  nights: Nights,
  options: TellingOptions,
  { context, history, verdicts = [], exitCode = nights.exitCode }: Telling,
): Promise<ExitCode> {
  const { environment, err, now } = context;
  const at = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(environment.workingDirectory, path);
  const { tellNight } = await import('../told/tell-night.ts');
  const failures = await tellNight(nights, {
    markdown: at(options.markdown),
    junit: at(options.junit),
    prometheus: at(options.prometheus),
    webhook: options.webhook === undefined ? undefined : await loadWebhook(options.webhook, context),
    verdicts,
    state: history,
    now,
  });
  for (const { code, message, hint } of failures)
    err.write(`✖ ${code} ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  return exitCode === exitCodes.pass && failures.length > 0 ? exitCodes.infrastructure : exitCode;
}

interface Telling {
  readonly context: CliContext;
  readonly history: History;
  readonly verdicts?: readonly NodeVerdict[];
  /** Of the night; that of the document where nothing else is said. */
  readonly exitCode?: ExitCode;
}

/** The word that stands for no file. */
const inEnvironment = 'environment';

async function loadWebhook(given: string, { environment }: CliContext): Promise<Webhook> {
  const { readWebhook } = await import('../told/webhook.ts');
  if (given === inEnvironment) {
    const { ASSAY_WEBHOOK_URL: url = '', ASSAY_WEBHOOK_SECRET: secret = '' } = environment.variables;
    return readWebhook(url, secret, 'ASSAY_WEBHOOK_URL and ASSAY_WEBHOOK_SECRET');
  }
  const path = isAbsolute(given) ? given : resolve(environment.workingDirectory, given);
  const { loadSource } = await import('../config/load-source.ts');
  const [url = '', secret = '', ...more] = (await loadSource(path)).text.trim().split('\n');
  if (more.length > 0)
    throw new AssayError('USAGE', `${given}: expected two lines, a URL and a key, got ${more.length + 2}`, {
      hint: 'It holds nothing else.',
    });
  return readWebhook(url, secret, given);
}

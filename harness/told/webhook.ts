import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { AssayError } from '../../workloads/kit/assay-error.ts';

/** Where messages are sent, and the key that they are signed with. Neither is ever shown: a URL can be a secret, too. */
export interface Webhook {
  readonly url: URL;
  readonly key: Buffer;
  /** Waits before the second try and those behind it, in milliseconds. */
  readonly waitsMs: readonly number[];
}

const waitsMs: readonly number[] = [1000, 4000];
const answerMs = 10_000;
/** Shorter keys can be guessed (https://www.standardwebhooks.com: 24 to 64 bytes). */
const leastKeyBytes = 24;
const mostKeyBytes = 64;

/** Reads a webhook from two texts, the URL and a secret `whsec_<base64>` by the Standard Webhooks specification. Throws USAGE, and shows neither. */
export function readWebhook(address: string, secret: string, from: string): Webhook {
  const refuse = (expected: string): AssayError =>
    new AssayError('USAGE', `${from}: expected ${expected}`, {
      hint: 'The URL on the first line, whsec_ and a key in base64 on the second: echo "whsec_$(openssl rand -base64 32)"',
    });
  const url = URL.parse(address.trim());
  if (url === null) throw refuse('a URL, found something else');
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    throw refuse('an https URL, or http on this machine');
  if (url.username !== '' || url.password !== '') throw refuse('a URL without a user in it');
  const text = secret.trim().replace(/^whsec_/, '');
  const key = Buffer.from(text, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || key.length < leastKeyBytes || key.length > mostKeyBytes)
    throw refuse(`a key of ${leastKeyBytes} to ${mostKeyBytes} bytes in base64`);
  return { url, key, waitsMs };
}

/** The signature of a message by the Standard Webhooks specification: HMAC-SHA-256 of id, time and body. */
export const signatureOf = (key: Buffer, id: string, timestampS: number, body: string): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;

/**
 * Sends a message until it is taken, as often as there are waits and once more, each time under the same id. Throws NOT_TOLD; of the address it says the host.
 * A redirect is not followed: it would carry the message to somebody who was not named.
 */
export async function post(
  { url, key, waitsMs }: Webhook,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: () => Date },
): Promise<void> {
  let found = '';
  for (const waitMs of [0, ...waitsMs]) {
    await wait(waitMs);
    const timestampS = Math.floor(now().getTime() / 1000);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(answerMs),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': signatureOf(key, id, timestampS, body),
        },
        body,
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      found = `status ${answer.status}`;
      // Asking again changes nothing where the message itself is refused.
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 408) break;
    } catch (cause) {
      if (!(cause instanceof Error)) throw cause;
      found = reasonOf(cause);
    }
  }
  throw new AssayError('NOT_TOLD', `webhook at ${url.host}: expected it to take a message, found ${found}`, {
    hint: 'What was not taken is sent the next time.',
  });
}

/** Names and codes only: texts of errors may hold the address. */
function reasonOf({ name, cause }: Error): string {
  if (name === 'TimeoutError') return `no answer within ${answerMs / 1000} s`;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === '' ? 'no connection' : `no connection (${code})`;
}

import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tellNight } from '../../../../harness/told/tell-night.ts';
import { readWebhook, signatureOf } from '../../../../harness/told/webhook.ts';
import { NightMessage } from '../../../../reports/verdict/night-message.ts';
import { begin } from '../../../support/constructed/night-rows.ts';
import { followNights } from '../../../support/constructed/nights.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const path = '/services/T0/hidden-in-the-path';
const now = () => new Date('2026-11-30T06:00:00Z');

/** A receiver that answers with these, then with 204, and keeps what it was sent. */
async function receive(...answers: readonly number[]) {
  const got: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers, body });
      response.writeHead(left.shift() ?? 204, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const webhook = { ...readWebhook(`http://127.0.0.1:${port}${path}`, secret, 'test'), waitsMs: [1, 1] };
  return { got, webhook };
}

describe('a webhook', () => {
  it('is told of one machine, of all of them with the driver, each once, and again after a week', async () => {
    const { got, webhook } = await receive();
    await followNights(29, async (nights, history) => {
      expect(await tellNight(nights, { webhook, state: history, now })).toEqual([]);
      // Whoever tells of the same night again says nothing twice.
      expect(await tellNight(nights, { webhook, state: history, now })).toEqual([]);
    });
    const messages = got.map(({ body }) => NightMessage.parse(JSON.parse(body)));
    expect(messages.map(({ kind, event }) => [kind, event.scope, event.about])).toEqual([
      ['new', 'machine', 'node7'],
      ['reminder', 'machine', 'node7'],
      ['new', 'fleet', 'XE9680'],
    ]);
    expect(messages.map(({ text }) => text.includes('570 → 575'))).toEqual([false, false, true]);
    expect(messages.map(({ night }) => Date.parse(night) / 86_400_000 - begin)).toEqual([
      expect.toBeOneOf([30, 31]),
      expect.toBeOneOf([37, 38]),
      expect.toBeOneOf([38, 39]),
    ]);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(3);
    for (const { headers, body } of got) {
      const key = Buffer.from(secret.slice(6), 'base64');
      const signed = `${headers['webhook-id'] as string}.${headers['webhook-timestamp'] as string}.${body}`;
      expect(headers['webhook-signature']).toBe(
        `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
      );
      expect(body + JSON.stringify(headers)).not.toContain('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    }
  });

  it('is asked again under the same id, is sent later what it did not take, and is told what became of it', async () => {
    const { got, webhook } = await receive(503, 503, 503, 500, 204);
    await followNights(35, async (nights, history, night) => {
      if (night > 36) return;
      const failures = await tellNight(nights, { webhook, state: history, now });
      expect(failures.map(({ code }) => code)).toEqual(night === 35 ? ['NOT_TOLD'] : []);
      expect(JSON.stringify(failures)).not.toContain('hidden');
      if (night < 36) return;
      await history.say(nights.events[0]?.id ?? '', {
        at: now().toISOString(),
        action: 'acknowledged',
        author: 'ops',
        words: '',
      });
      const { nightsDocument } = await import('../../../../harness/cli/print-nights.ts');
      const after = nightsDocument(await history.judge(), history.zone);
      expect(await tellNight(after, { webhook, state: history, now })).toEqual([]);
    });
    const ids = got.map(({ headers }) => headers['webhook-id']);
    expect(ids.map((id) => ids.indexOf(id))).toEqual([0, 0, 0, 3, 3, 5]);
    const kinds = got.map(({ body }) => NightMessage.parse(JSON.parse(body)).kind);
    expect(kinds.slice(3)).toEqual(['new', 'new', 'changed']);
  });

  it.for([400, 302])('that answers %i is not asked again, and no redirect is followed', async (status) => {
    const { got, webhook } = await receive(status);
    await followNights(44, async (nights, history) => {
      const failures = await tellNight(nights, { webhook, state: history, now });
      expect(failures.map(({ message }) => message)).toEqual([
        `webhook at ${webhook.url.host}: expected it to take a message, found status ${status}`,
      ]);
    });
    expect(got).toHaveLength(1);
  });

  it('that nobody listens at says so without its address', async () => {
    const webhook = { ...readWebhook(`http://127.0.0.1:9${path}`, secret, 'test'), waitsMs: [] };
    await followNights(44, async (nights, history) => {
      const [failure] = await tellNight(nights, { webhook, state: history, now });
      expect(failure).toMatchObject({ code: 'NOT_TOLD', exitCode: 3 });
      expect(`${failure?.message} ${failure?.hint}`).not.toContain('hidden');
    });
  });

  it.for([
    ['http://example.org/hook', secret],
    ['https://user:word@example.org/', secret],
    ['file:///etc/passwd', secret],
    ['no address', secret],
    ['https://example.org/hook', 'whsec_c2hvcnQ='],
    ['https://example.org/hook', 'not base64 at all, but long enough for a key'],
  ])('is refused at %s', ([url, key]) => {
    expect(() => readWebhook(url!, key!, 'hook')).toThrow(/^hook: expected/);
    try {
      readWebhook(url!, key!, 'hook');
    } catch (cause) {
      expect(String(cause)).not.toContain(url);
      expect(String(cause)).not.toContain(key);
    }
  });
});

it('messages are signed as the Standard Webhooks specification has it', () => {
  // Test vector of its reference libraries.
  const { key } = readWebhook('https://example.org/', secret, 'test');
  expect(signatureOf(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

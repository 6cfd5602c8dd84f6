import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openSigner } from '../../../../harness/cli/signer.ts';
import { readEnvironment } from '../../../../harness/environment.ts';
import { whyNotSignedBy } from '../../../../harness/evidence/public-key.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { writeKey } from '../../../support/write-key.ts';

const message = Buffer.from('what is signed');

function scene() {
  const folder = temporaryDirectory();
  const fingerprint = writeKey(`${folder}/hsm.key`, 'ecdsa-p256');
  writeKey(`${folder}/other.key`, 'ecdsa-p256');
  const context = {
    environment: { ...readEnvironment(), workingDirectory: folder },
    out: new Writable(),
    err: new Writable(),
    now: () => new Date(0),
  };
  return {
    folder,
    fingerprint,
    open: (options: Parameters<typeof openSigner>[1]) => openSigner(context, options),
  };
}

describe('who signs', () => {
  it('is a key, or a command that has it, and what a command gives is looked at', async () => {
    const { folder, fingerprint, open } = scene();
    const publicKey = 'hsm.key.pub';
    const asked = await open({ signer: `openssl dgst -sha256 -sign ${folder}/hsm.key`, publicKey });
    expect(asked.publicKey.fingerprint).toBe(fingerprint);
    for (let round = 0; round < 5; round += 1)
      expect(whyNotSignedBy(asked.publicKey, message, await asked.sign(message))).toBeUndefined();
    expect((await open({ key: 'hsm.key' })).publicKey.fingerprint).toBe(fingerprint);

    for (const [signer, words] of [
      ['cat', 'minimal DER'],
      ['true', 'minimal DER'],
      ['exit 7', 'exit code 7'],
      ['head -c 5000 /dev/zero', '5000 bytes'],
      [`openssl dgst -sha256 -sign ${folder}/other.key`, 'not of this key'],
    ] as const) {
      const { sign } = await open({ signer, publicKey });
      await expect(sign(message)).rejects.toMatchObject({
        code: 'KEY_REFUSED',
        message: expect.stringContaining(words) as unknown,
      });
    }
  });

  it('is said by exactly one option', async () => {
    const { open } = scene();
    await expect(open({})).rejects.toMatchObject({ code: 'USAGE' });
    await expect(open({ key: 'hsm.key', signer: 'cat' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(open({ signer: 'cat' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(open({ key: 'hsm.key.pub' })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
    await expect(open({ key: 'none' })).rejects.toMatchObject({ code: 'KEY_REFUSED' });
  });
});

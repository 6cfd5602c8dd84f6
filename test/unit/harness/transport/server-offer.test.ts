import { describe, expect, it } from 'vitest';
import { chooseAlgorithms } from '../../../../harness/transport/openssh/algorithms.ts';
import { describeMismatch, readServerOffer } from '../../../../harness/transport/server-offer.ts';

const list = (text: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
};
const lists = [
  'curve25519-sha256,ext-info-s',
  'ssh-ed25519',
  'aes128-ctr',
  'aes128-cbc',
  'hmac-md5',
  'hmac-sha1',
  'none',
  'zlib',
  '',
  '',
];
const payload = Buffer.concat([Buffer.from([20]), Buffer.alloc(16), ...lists.map(list), Buffer.alloc(5)]);
const header = Buffer.alloc(5);
header.writeUInt32BE(payload.length + 1 + 4);
header[4] = 4;
const bytes = Buffer.concat([
  Buffer.from('a line before\r\nSSH-2.0-x\r\n'),
  header,
  payload,
  Buffer.alloc(4),
]);

describe('readServerOffer', () => {
  it('reads what the server sends with, once all of it is there', () => {
    expect(readServerOffer(bytes)).toEqual({
      KexAlgorithms: ['curve25519-sha256', 'ext-info-s'],
      HostKeyAlgorithms: ['ssh-ed25519'],
      Ciphers: ['aes128-cbc'],
      MACs: ['hmac-sha1'],
      Compression: ['zlib'],
    });
  });

  it('reads nothing from a part of it, and never beyond it', () => {
    for (let end = 0; end < bytes.length; end += 1)
      expect(readServerOffer(bytes.subarray(0, end))).toBeUndefined();
    const lying = Buffer.from(bytes);
    lying.writeUInt32BE(0xffff_ffff, bytes.indexOf('curve') - 4);
    expect(readServerOffer(lying)).toBeUndefined();
    expect(readServerOffer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toBeUndefined();
  });
});

describe('describeMismatch', () => {
  it('names both sides of each kind in which nothing is common', () => {
    const offer = readServerOffer(bytes);
    if (offer === undefined) throw new Error('it is one');
    expect(describeMismatch(offer, chooseAlgorithms('gpu1', new Map()))).toEqual([
      expect.stringMatching(/^Ciphers: the server has aes128-cbc; we take aes128-gcm@openssh.com, /),
      expect.stringMatching(/^MACs: the server has hmac-sha1; we take hmac-sha2-256-etm@openssh.com, /),
      'Compression: the server has zlib; we take none',
    ]);
  });
});

import type { Algorithms } from './openssh/algorithms.ts';
import { ourHostKeys } from './openssh/algorithms.ts';

/** What a server offers before anything is agreed on (RFC 4253, 7.1), by the names of the options of ssh_config. */
export type ServerOffer = Readonly<
  Record<'KexAlgorithms' | 'HostKeyAlgorithms' | 'Ciphers' | 'MACs' | 'Compression', readonly string[]>
>;

/** More than any server says until then. */
export const longestOffer = 40_000;

/** Reads the offer from the first bytes of a connection; undefined while it is not complete, or is none. */
export function readServerOffer(bytes: Buffer): ServerOffer | undefined {
  const text = bytes.toString('latin1');
  const [greeting] = /(?:^|\n)SSH-[^\n]*\n/.exec(text) ?? [];
  if (greeting === undefined) return undefined;
  const packet = bytes.subarray(text.indexOf(greeting) + greeting.length);
  const kexInit = 20;
  const cookieBytes = 16;
  if (packet.length < 6 || packet.length < 4 + packet.readUInt32BE(0) || packet[5] !== kexInit)
    return undefined;
  const lists: (readonly string[])[] = [];
  let at = 6 + cookieBytes;
  while (lists.length < 8 && at + 4 <= packet.length) {
    const length = packet.readUInt32BE(at);
    lists.push(packet.toString('latin1', at + 4, at + 4 + length).split(','));
    at += 4 + length;
  }
  const [kex, hostKey, , cipher, , mac, , compression] = lists;
  if (
    kex === undefined ||
    hostKey === undefined ||
    cipher === undefined ||
    mac === undefined ||
    compression === undefined
  )
    return undefined;
  return {
    KexAlgorithms: kex,
    HostKeyAlgorithms: hostKey,
    Ciphers: cipher,
    MACs: mac,
    Compression: compression,
  };
}

/** Of what a server offers: the kinds in which nothing is ours, with both sides. */
export function describeMismatch(offer: ServerOffer, ours: Algorithms): readonly string[] {
  const sides = [
    ['KexAlgorithms', ours.kex],
    ['HostKeyAlgorithms', ourHostKeys(ours.hostKey)],
    ['Ciphers', ours.cipher],
    ['MACs', ours.mac],
    ['Compression', ['none']],
  ] as const;
  return sides.flatMap(([name, names]) =>
    names.some((each) => offer[name].includes(each))
      ? []
      : [`${name}: the server has ${offer[name].join(', ')}; we take ${names.join(', ')}`],
  );
}

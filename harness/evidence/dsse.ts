/** What our envelopes hold: a statement in the form of in-toto. */
export const payloadType = 'application/vnd.in-toto+json';

/** What is signed for a payload: the pre-authentication encoding of DSSE v1 (secure-systems-lab/dsse, protocol.md). */
export const preAuthentication = (payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);

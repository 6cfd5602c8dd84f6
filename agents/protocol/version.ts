/** Spoken by coordinator and agent; a different number is refused, not negotiated: both come from one bundle. */
export const protocolVersion = 4;

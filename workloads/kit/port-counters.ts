/** Counters of a port of InfiniBand below `counters/`, with the value at which they stay (drivers/infiniband/core/sysfs.c, PORT_PMA_ATTR: their bits). */
export const portCounters = {
  errors: { link_downed: 2 ** 8 - 1, excessive_buffer_overrun_errors: 2 ** 4 - 1 },
  correctedErrors: {
    link_error_recovery: 2 ** 8 - 1,
    port_rcv_errors: 2 ** 16 - 1,
    local_link_integrity_errors: 2 ** 4 - 1,
    port_xmit_discards: 2 ** 16 - 1,
  },
  symbols: { symbol_error: 2 ** 16 - 1 },
} as const;

/** Why two looks at a counter say nothing of what happened between them. */
export function whyUncounted(first: number, last: number, top: number): { readonly invalid?: string } {
  if (last < first) return { invalid: `the counter went back from ${first} to ${last}: it was reset` };
  return last >= top ? { invalid: `the counter stands at ${last}, which is as far as it counts` } : {};
}

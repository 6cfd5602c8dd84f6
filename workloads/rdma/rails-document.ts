import * as z from 'zod';

/** What the port counted, by the kernel's names; what it does not count is absent. Up to 64 bits, so they are texts. */
const Counted = z
  .strictObject({
    port_xmit_data: z.string(),
    port_rcv_data: z.string(),
    link_downed: z.string(),
    excessive_buffer_overrun_errors: z.string(),
    symbol_error: z.string(),
    sent_pkts: z.string(),
    rcvd_pkts: z.string(),
  })
  .partial()
  .refine((counted) => Object.values(counted).every((text) => /^\d{1,20}$/.test(text ?? '')), {
    error: 'expected counts',
  });
export type Counted = z.infer<typeof Counted>;

const Test = z.strictObject({
  /** `out`: from the first node, which is the client, to the other one; `in`: the other way. */
  direction: z.enum(['out', 'in']),
  before: Counted,
  after: Counted,
  /** −1: it was ended. */
  exitCode: z.number().int().min(-1).max(255),
  seconds: z.number().nonnegative(),
  /** Its stdout, unedited, and the first words of its stderr. */
  report: z.string().max(16_384),
  said: z.string().max(400),
});
export type Test = z.infer<typeof Test>;

const Rail = z.strictObject({
  card: z.string().regex(/^[\w.-]{1,64}$/),
  address: z.string().regex(/^[\w.:-]{1,64}$/),
  layer: z.enum(['InfiniBand', 'Ethernet']),
  state: z.string().regex(/^[0-9]: [A-Z_]{2,20}$/),
  rate: z.string().max(64),
  /** What RoCE was told to use. */
  gid: z.string().max(24).optional(),
  tests: z.array(Test).max(2),
});
export type Rail = z.infer<typeof Rail>;

/** What native/rails.c prints on the node that leads. */
export const Document = z.strictObject({
  role: z.literal('lead'),
  compiler: z.string().min(1),
  what: z.enum(['bandwidth', 'latency']),
  bytes: z.number().int().positive(),
  queuePairs: z.number().int().positive(),
  amount: z.number().int().positive(),
  rails: z.array(Rail).min(1).max(64),
  /** What became of the other node's part. */
  answer: z.strictObject({ exitCode: z.number().int(), text: z.string().max(4096) }),
});
export type Document = z.infer<typeof Document>;

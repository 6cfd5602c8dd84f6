import * as z from 'zod';

/**
 * Why an accelerator was not loaded any further: near the limit of its driver, no longer on its bus, or another card than the one
 * that the plan is for.
 */
const Alarm = z.strictObject({
  device: z.string(),
  kind: z.enum(['hot', 'off-bus', 'swapped']),
  said: z.string(),
});
export type Alarm = z.infer<typeof Alarm>;

/** What the agent saw of accelerators while a command loaded them (agents/monitor). */
export const Watch = z.strictObject({
  devices: z.record(
    z.string(),
    z.strictObject({ limitCelsius: z.number().optional(), hottestCelsius: z.number().optional() }),
  ),
  alarms: z.array(Alarm),
  /** Why temperatures are not known, from whom they should have come. */
  silent: z.string().optional(),
});
export type Watch = z.infer<typeof Watch>;

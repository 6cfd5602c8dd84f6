import * as z from 'zod';
import { Advisory, FactValue } from '../../workloads/kit/requirement.ts';

/**
 * What somebody advises that a setting of a host is on machines of one class, by the path of its fact: right for one class is wrong
 * for another, so it is never said of all.
 */
export const ExpectedSettings = z.record(
  z.string(),
  z.strictObject({ oneOf: z.array(FactValue).min(1).max(20), advisory: Advisory }),
);
export type ExpectedSettings = z.infer<typeof ExpectedSettings>;

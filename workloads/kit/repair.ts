import * as z from 'zod';

/**
 * What a finding asks for, where whoever found it says so: the dimension `repair` of the reading of a failure. It sets who acts on the
 * cell and what is to be done; whether it failed is another matter. The gravest first.
 */
export const Repair = z.enum(['replace', 'reset', 'investigate', 'reconfigure', 'record']);
export type Repair = z.infer<typeof Repair>;

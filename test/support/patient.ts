import { Deadlines } from '../../harness/transport/deadlines.ts';

/** Deadlines as they are for everybody. */
export const patient = new Deadlines(1);

import { evidenceModes } from './evidence-modes.ts';
import { loadModes } from './load-modes.ts';
import type { Mode } from './mode.ts';
import { wireModes } from './wire-modes.ts';

/** Every way to misbehave that is tried, by its name. */
export const modes: Readonly<Record<string, Mode>> = { ...evidenceModes, ...loadModes, ...wireModes };

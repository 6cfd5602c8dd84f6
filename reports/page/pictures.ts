import type { Unit } from '../../workloads/kit/unit.ts';
import type { Tone } from './content.ts';

/** Numbers as a picture, for a medium that draws; whatever it shows stands in a table too, or in words below it. */
export type Drawing = Forest | Slope | Strip | Matrix | Curves | NightLine;

/** One line for each row with the ends of its interval. */
export interface Forest {
  readonly kind: 'forest';
  readonly label: string;
  /** 1 − margin, where all rows have one. */
  readonly floor: number | undefined;
  readonly rows: readonly {
    readonly name: string;
    readonly tone: Tone;
    readonly mark: string;
    readonly value: number;
    readonly lower: number;
    readonly upper: number;
  }[];
}

/** Shares before on the left and after on the right. */
export interface Slope {
  readonly kind: 'slope';
  readonly label: string;
  readonly ends: readonly [string, string];
  /** From 0 to 1; absent where that side has none of it. */
  readonly lines: readonly {
    readonly name: string;
    readonly before: number | undefined;
    readonly after: number | undefined;
  }[];
}

/** All that were measured of one metric, on one axis. */
export interface Strip {
  readonly kind: 'strip';
  readonly label: string;
  readonly unit: Unit;
  /** Those aside that stand out. */
  readonly values: readonly number[];
  readonly median: number;
  readonly limits: readonly number[];
  /** In the order in which they are numbered, from 1; `misses`: its limit. */
  readonly apart: readonly { readonly value: number; readonly misses: boolean }[];
}

/** What two of a list are to each other: each place below the diagonal, or on it where something is there. */
export interface Matrix {
  readonly kind: 'matrix';
  readonly label: string;
  readonly names: readonly string[];
  readonly places: readonly {
    readonly row: number;
    readonly column: number;
    /** Of what a whole square stands for, from 0 to 1; absent: what was measured cannot be used. */
    readonly share: number | undefined;
    readonly misses: boolean;
  }[];
}

/** How a metric grows with a size, both on logarithmic axes. */
export interface Curves {
  readonly kind: 'curves';
  readonly label: string;
  readonly unit: Unit;
  readonly sizes: readonly { readonly size: number; readonly text: string }[];
  /** By size, in their order; absent where there is none. `range`: of those that the line is the median of. */
  readonly series: readonly {
    readonly name: string;
    readonly line: readonly (number | undefined)[];
    readonly range: readonly (readonly [number, number] | undefined)[] | undefined;
  }[];
}

/** A series over nights, beside what its kind measured. Nights are days since 1970-01-01. */
export interface NightLine {
  readonly kind: 'nights';
  readonly label: string;
  readonly unit: string;
  /** Ends of both axes; the same for pictures that are to be compared. */
  readonly nights: readonly [number, number];
  readonly values: readonly [number, number];
  /** Oldest first; a night without a value is in none. */
  readonly points: readonly {
    readonly night: number;
    readonly value: number;
    readonly state: 'quiet' | 'suspect' | 'worse' | 'unjudged';
  }[];
  /** Between what values most of its kind lie. */
  readonly band: readonly { readonly night: number; readonly low: number; readonly high: number }[];
  /** On which nights others were measured and it was not. */
  readonly missing: readonly number[];
  /** From which nights on the machine was in another state. */
  readonly epochs: readonly number[];
  /** The first night of what is told. */
  readonly since: number | undefined;
}

/** The index of measured nights, as its tables are (see migrations.ts). Times are ISO 8601 in UTC, nights days since 1970-01-01. */
export interface Tables {
  meta: { name: string; value: string };
  run: {
    id: string;
    /** sha256 over the heads of its journals: what it says cannot change without it. */
    digest: string;
    night: number;
    started: string;
    suite: string;
    profile: string;
  };
  /** A node in a run, also one that was not measured. */
  attendance: {
    run: string;
    node: string;
    /** Serial number, UUID, or else its name: the first part of the subjects in it. */
    machine: string;
    rack: string | null;
    /** What it was like; absent without facts. */
    state: string | null;
    /** Why nothing was measured, as one of a few words; absent when something was. */
    reason: string | null;
  };
  /** Facts that make measurements comparable, as JSON. */
  state: { digest: string; document: string };
  series: {
    id: string;
    /** Serial number, UUID, or else the name of the machine, and behind a slash the device in it. */
    subject: string;
    /** Make and model of the machine, metric, dimensions and tool: series that are alike. */
    stratum: string;
    kind: string;
    metric: string;
    dimensions: string;
    tool: string;
    unit: string;
    better: 'higher' | 'lower';
    title: string;
  };
  point: {
    series: string;
    run: string;
    /** By what name the machine was called. */
    node: string;
    n: number;
    median: number;
    min: number;
    max: number;
  };
}

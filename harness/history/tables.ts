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
    /** `imported`: numbers of the site from before, which no run holds and nobody vouches for. */
    origin: 'run' | 'imported';
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
    /** Of what machines did in pairs, the best. */
    median: number;
    min: number;
    max: number;
  };
  /** What devices of a node had counted when a run looked at it, also where nothing was measured. */
  counted: {
    run: string;
    node: string;
    machine: string;
    kind: string;
    /** Of the kernel's start; absent where that is not known. */
    boot: string | null;
    /** Xids in the kernel's log, as JSON; absent where nobody may read it. */
    xids: string | null;
    /** What was counted; absent where nothing tells. */
    tally: string | null;
  };
  /** `[device, counter, value]` of each, as JSON: on most nights the same as before. */
  tally: { digest: string; document: string };
  /** What somebody said of an event. Runs do not hold it, so it is carried over when the index is made again. */
  note: {
    /** Digest of the rest. */
    id: string;
    /** The id that the event had. */
    event: string;
    scope: string;
    /** `[series, first night]` of each spell that it had, as JSON. */
    spells: string;
    /** The last night that was known. */
    night: number;
    at: string;
    action: 'acknowledged' | CloseReason;
    author: string;
    words: string;
  };
  /** What was sent of an event last, and on which night of the index. */
  told: { event: string; standing: string; night: number };
}

/** Why an event is over. */
export type CloseReason = 'repaired' | 'explained' | 'no cause found';

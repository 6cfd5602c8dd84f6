import { machineDocument, nightsDocument } from '../../../harness/cli/print-nights.ts';
import { History } from '../../../harness/history/history.ts';
import type { RunRows } from '../../../harness/history/run-rows.ts';
import { createSite } from '../../../harness/serve/create-site.ts';
import { createGate } from '../../../harness/serve/gate.ts';
import { SiteState } from '../../../harness/serve/site-state.ts';
import { hostileStrings } from '../example-verdict.ts';

/** The site over an index of these rows, for this machine alone; `clock` is what it takes for the time. */
export async function siteOf(rows: readonly RunRows[], clock = { ms: 0 }) {
  const history = await History.open(':memory:', 'Europe/Madrid');
  for (const each of rows) await history.add(each);
  const told: unknown[] = [];
  const documents = { nights: nightsDocument, machine: machineDocument };
  const state = await SiteState.read({
    history,
    documents,
    clockMs: () => clock.ms,
    tell: (cause) => told.push(cause),
  });
  const gate = createGate({ address: '127.0.0.1', names: [], token: undefined, proxyHeader: undefined });
  const site = createSite({ state, gate, documents, assay: '0' });
  return {
    history,
    state,
    told,
    site,
    /** What is answered to a path. */
    ask: (address: string, init: RequestInit = {}): Promise<Response> =>
      Promise.resolve(site.request(`http://site${address}`, { headers: { host: 'localhost:1' }, ...init })),
    close: () => history.close(),
  };
}

/** The same rows with hostile texts for whatever a node or an inventory can say. */
export function withHostileTexts(rows: readonly RunRows[]): readonly RunRows[] {
  const evil = (at: number): string => hostileStrings[at % hostileStrings.length] ?? '';
  const nameOf = new Map<string, string>();
  const rename = (name: string): string => {
    const known = nameOf.get(name) ?? `${evil(nameOf.size)}${nameOf.size}`.toWellFormed();
    nameOf.set(name, known);
    return known;
  };
  return rows.map(({ run, attendance, states, series, points }) => ({
    run: { ...run, id: `${run.id}<b>`, suite: evil(0), profile: evil(5) },
    attendance: attendance.map((each, at) => ({
      ...each,
      run: `${run.id}<b>`,
      node: rename(each.node),
      machine: rename(each.machine),
      rack: evil(at % 3).slice(0, 300),
      reason: each.reason === null ? null : evil(at),
    })),
    states: states.map(({ digest, document }) => ({
      digest,
      document: document.replaceAll(/57[05]/g, (driver) => `${driver}<script>alert(4)</script>`),
    })),
    series: series.map((each, at) => ({
      ...each,
      subject: rename(each.subject),
      kind: evil(0),
      title: evil(at),
      dimensions: evil(1),
      tool: evil(2),
      unit: evil(0),
    })),
    points: points.map((each) => ({ ...each, run: `${run.id}<b>`, node: rename(each.node) })),
  }));
}

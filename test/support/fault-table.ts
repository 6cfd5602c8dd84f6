import { loadTable } from './markdown-table.ts';

/** A row of docs/faults.md: what a fault leads to, as the table promises it. */
export interface FaultRow {
  readonly fault: string;
  readonly execution: string;
  readonly cell: string;
  readonly exitCode: string;
}

const columns = ['fault', 'execution', 'cell', 'exit code', 'what happens'];

/** The rows of the one table in docs/faults.md. */
export const loadFaultTable = (): readonly FaultRow[] =>
  loadTable('faults.md', columns).map(([fault = '', execution = '', cell = '', exitCode = '']) => ({
    fault,
    execution,
    cell,
    exitCode,
  }));

import { RunDirectory } from '../../harness/store/run-directory.ts';

/** An empty run directory at `path`, for tests of what lies in one. */
export const createSmallRun = (path: string): Promise<RunDirectory> =>
  RunDirectory.create(
    path,
    {
      schema: 'assay/run',
      schemaVersion: 1,
      id: 'small',
      nonce: '0'.repeat(32),
      assay: '0.0.0',
      purpose: 'survey',
      startedAt: '2026-11-23T00:00:00.000Z',
      profile: 'survey',
    },
    new Map(),
  );

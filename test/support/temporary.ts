import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Removes a folder in which something may still be writing: what a test has started ends when it notices, and may make one
 * file more between the look at a folder and its removal (`ENOTEMPTY`). Throws when that goes on for seconds.
 */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** A directory that is removed when the test has finished. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'assay-test-'));
  onTestFinished(() => removeFolder(directory));
  return directory;
}

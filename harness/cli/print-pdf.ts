import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { Environment } from '../environment.ts';

/** What the browser is called by those who package it. */
const browsers = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** A page of a thousand nodes takes ten seconds. */
const longestMs = 120_000;

/**
 * A page as PDF, made by the Chromium of this machine, which is given no network and a profile of its own. Throws USAGE where
 * there is none, or it made none.
 */
export async function printPdf(page: string, { path, isRoot }: Environment): Promise<Buffer> {
  const browser = await findBrowser(path);
  const folder = await mkdtemp(join(tmpdir(), 'assay-pdf-'));
  try {
    const [from, to] = [join(folder, 'report.html'), join(folder, 'report.pdf')];
    await writeFile(from, page);
    const child = spawn(
      browser,
      [
        ...['--headless', '--disable-gpu', '--no-first-run', '--disable-extensions'],
        ...['--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND'],
        `--user-data-dir=${join(folder, 'profile')}`,
        // Its sandbox refuses root, who has nothing to gain from a page of ours.
        ...(isRoot ? ['--no-sandbox'] : []),
        ...['--no-pdf-header-footer', '--generate-pdf-document-outline', `--print-to-pdf=${to}`],
        pathToFileURL(from).href,
      ],
      { stdio: 'ignore', env: { PATH: path, HOME: folder }, timeout: longestMs, killSignal: 'SIGKILL' },
    );
    await once(child, 'close');
    const pdf = await readFile(to).catch(() => undefined);
    if (pdf?.subarray(0, 5).toString('latin1') !== '%PDF-')
      throw new AssayError('USAGE', `expected ${browser} to make a PDF, found none`, {
        hint: 'Print report.html from a browser instead.',
      });
    return pdf;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function findBrowser(path: string): Promise<string> {
  for (const name of browsers)
    for (const folder of path.split(':').filter((each) => each.startsWith('/'))) {
      const file = join(folder, name);
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) return file;
    }
  throw new AssayError(
    'USAGE',
    `expected Chromium on the PATH to make a PDF, found none of ${browsers.join(', ')}`,
    {
      hint: 'Install it (apt-get install chromium), or print report.html from a browser.',
    },
  );
}

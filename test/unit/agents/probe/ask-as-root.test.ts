import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askAsRoot } from '../../../../agents/probe/ask-as-root.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const probe = { file: 'ipmitool', args: ['fru', 'print'], timeoutMs: 30_000 };
const id = 'ipmitool fru print';

/** A folder of programs with an ipmitool that says what it is asked, and a device of a controller. */
function machine(): { readonly path: string; readonly device: string } {
  const path = temporaryDirectory();
  writeFileSync(join(path, 'ipmitool'), '#!/bin/sh\necho "asked $*"\n');
  chmodSync(join(path, 'ipmitool'), 0o755);
  writeFileSync(join(path, 'ipmi0'), '');
  return { path, device: join(path, 'ipmi0') };
}

it('asks nobody where there is no controller, or no program for it', async () => {
  const { path, device } = machine();
  const absent = { id, status: 'absent', text: '' };
  expect(await askAsRoot(probe, path, [])).toEqual(absent);
  expect(await askAsRoot(probe, temporaryDirectory(), [device])).toEqual(absent);
});

it('asks as root, and as nobody else a program that its user could change', async () => {
  const { path, device } = machine();
  const isRoot = process.geteuid?.() === 0;
  expect(await askAsRoot(probe, `${path}:/usr/bin:/bin`, ['/none', device])).toEqual(
    isRoot
      ? { id, status: 'read', text: 'asked fru print', exitCode: 0 }
      : { id, status: 'denied', text: '' },
  );
});

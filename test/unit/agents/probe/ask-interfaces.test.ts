import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askInterfaces } from '../../../../agents/probe/ask-interfaces.ts';
import { readConfigSpaces } from '../../../../agents/probe/read-config-spaces.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const folder = '/sys/class/net';
const own = (existsSync(folder) ? readdirSync(folder) : []).filter(
  (name) => existsSync(join(folder, name, 'device')) && !existsSync(join(folder, name, 'device/physfn')),
);

it('asks ethtool about each interface with a device, and of its transceiver as root only', async () => {
  const bin = temporaryDirectory();
  writeFileSync(join(bin, 'ethtool'), '#!/bin/sh\necho "asked: $*"\n');
  chmodSync(join(bin, 'ethtool'), 0o755);
  const answer = await askInterfaces('interfaces', `${bin}:/usr/bin:/bin`);
  expect(answer.status).toBe('read');
  const said = (flag: string, name: string) => ({ status: 'read', text: `asked: ${flag} ${name}` });
  const isRoot = process.geteuid?.() === 0;
  expect(JSON.parse(answer.text)).toEqual(
    Object.fromEntries(
      own.map((name) => [
        name,
        { driver: said('-i', name), ...(isRoot ? { module: said('-m', name) } : {}) },
      ]),
    ),
  );
});

it.skipIf(own.length === 0)('says that ethtool is not there', async () => {
  expect(await askInterfaces('interfaces', temporaryDirectory())).toEqual({
    id: 'interfaces',
    status: 'absent',
    text: '',
  });
});

it('reads of each bridge what we may, as digits', async () => {
  for (const space of Object.values(await readConfigSpaces()))
    expect(space).toMatch(/^([0-9a-f]{2}){64,4096}$/);
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readResidue } from '../../../../agents/probe/read-residue.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'assay-residue-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const nothing = {
  ...{ services: [], jobs: [], ownJobs: [], folders: [], connections: {}, unread: [], unreadOwn: [] },
};
const head = '  sl  local_address rem_address   st tx_queue rx_queue\n';

describe('readResidue', () => {
  it('finds nothing on a machine that has nothing of it', async () => {
    const root = machine({
      'etc/systemd/system/sshd.service': '[Service]\nExecStart=/usr/sbin/sshd -D\n',
      'etc/crontab': '17 * * * * root cd / && run-parts /etc/cron.hourly\n',
      'proc/net/tcp': `${head}   0: 0100007F:0016 0100007F:8AE0 01 00000000:00000000\n`,
    });
    expect(await readResidue(root)).toEqual(nothing);
    expect(await readResidue(machine({}))).toEqual(nothing);
  });
  it('names units and jobs that start a miner, and tells no word of their lines', async () => {
    const root = machine({
      'etc/systemd/system/gpu.service':
        '[Service]\nExecStart=/opt/t-rex/t-rex -o stratum+tcp://pool:4444 -u WALLET\n',
      'etc/systemd/system/hive.service': '[Service]\nExecStart=/bin/true\n',
      'etc/cron.d/again': '# /opt/lolminer/lolminer\n* * * * * root cd /x; /opt/xmrig/xmrig -u WALLET\n',
      'var/spool/cron/crontabs/ann': '@reboot /home/ann/nbminer --pass SECRET\n',
      'hive/bin/miner': '',
    });
    const found = await readResidue(root);
    expect(found).toEqual({
      ...nothing,
      services: ['/etc/systemd/system/gpu.service: t-rex', '/etc/systemd/system/hive.service: hive'],
      jobs: ['/etc/cron.d/again: xmrig'],
      ownJobs: ['/var/spool/cron/crontabs/ann: nbminer'],
      folders: ['/hive'],
    });
    expect(JSON.stringify(found)).not.toMatch(/WALLET|SECRET/);
  });
  it('takes no word for a program that others have too, or that is none', async () => {
    const root = machine({
      'etc/systemd/system/data-miner.service': '[Service]\nExecStart=/opt/text/miner --rigel\n',
      'etc/crontab': '* * * * * root echo xmrig\n',
    });
    expect(await readResidue(root)).toEqual(nothing);
  });
  it('counts connections to ports of pools that stand, and no others', async () => {
    const line = (port: number, state: string) =>
      `   1: 0A00000A:1234 08080808:${port.toString(16).toUpperCase().padStart(4, '0')} ${state} 00000000:00000000\n`;
    const root = machine({
      'proc/net/tcp': head + line(3333, '01') + line(3333, '01') + line(3333, '06') + line(443, '01'),
      'proc/net/tcp6': `${head}   0: 0:0 00000000000000000000000001000000:115C 01 0:0\n`,
    });
    expect((await readResidue(root)).connections).toEqual({ '3333': 2, '4444': 1 });
  });
  it('says what it could not look at: a folder of another kind, a file that is too large', async () => {
    const root = machine({ 'etc/cron.d/large': 'x'.repeat(300 * 1024) });
    symlinkSync('loop', join(root, 'etc', 'crontab'));
    symlinkSync('crontab', join(root, 'etc', 'loop'));
    expect((await readResidue(root)).unread).toEqual([
      '/etc/crontab (ELOOP)',
      '/etc/cron.d/large (too large)',
    ]);
  });
});

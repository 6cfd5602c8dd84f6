import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { sudoersRule } from '../../../../harness/cli/sudoers.ts';
import { listPrivileged } from '../../../../harness/plan/list-privileged.ts';
import { known } from '../../../../workloads/kit/facts/fact.ts';
import { loadRegistry } from '../../../../workloads/registry.ts';
import { fillFacts } from '../../../support/case.ts';
import { nvmeDrive } from '../../../support/constructed/facts.ts';

const registry = await loadRegistry();
const drives = [nvmeDrive(), { ...nvmeDrive(), name: 'vda', transport: known('virtio') }];
const facts = (programs: object) => fillFacts({ drives, programs, 'limits.isRoot': false });
const suite = {
  entries: ['a', 'b'].map((id) => ({
    id,
    workload: 'drive-health',
    params: {},
    repetitions: 1,
    budgetSeconds: 1,
  })),
};
const limited = ['/usr/bin/timeout', '-k', '5', '60'];
const asked = [[...limited, '/usr/sbin/smartctl', '--json=c', '-a', '/dev/nvme0n1']];

describe('what a suite needs root for', () => {
  it('is each command once, by the full name of its program, whether sudo allows it or not', () => {
    expect(listPrivileged(suite, facts({ smartctl: '/usr/sbin/smartctl' }), registry)).toEqual(asked);
  });

  it('is what its management controller is asked too, where it has one and the program for that', () => {
    const programs = { smartctl: '/usr/sbin/smartctl', ipmitool: '/usr/bin/ipmitool' };
    const controlled = fillFacts({ drives, programs, 'identity.controllerFirmware': '1.74' });
    const ipmitool = ['/usr/bin/timeout', '-k', '5', '30', '/usr/bin/ipmitool'];
    expect(listPrivileged(suite, controlled, registry)).toEqual([
      [...ipmitool, 'fru', 'print'],
      [...ipmitool, 'sdr', 'elist', 'full'],
      [...ipmitool, 'dcmi', 'power', 'reading'],
      ...asked,
    ]);
    expect(listPrivileged(suite, facts(programs), registry)).toEqual(asked);
  });

  it('is nothing where the tool is not there', () => {
    expect(listPrivileged(suite, facts({}), registry)).toEqual([]);
  });

  const own = '/home/x/bin/smartctl';

  it('is what another tool asks, where the program of the first is one that its user can change', () => {
    const both = facts({ smartctl: own, nvme: '/usr/sbin/nvme' });
    expect(listPrivileged(suite, both, registry).map((words) => words[4])).toEqual(
      Array(2).fill('/usr/sbin/nvme'),
    );
  });

  it('is no rule for a program that its user can change', () => {
    const words = listPrivileged(suite, facts({ smartctl: own }), registry);
    expect(sudoersRule('bench', words)).toBe(
      `# expected a program of the system (in bin or sbin of /, /usr or /usr/local) to run as root, got \`${own}\``,
    );
    expect(sudoersRule('bench', [...words, ...asked])).toMatch(
      /^# .*\nbench ALL=.*\n {4}\/usr\/bin\/timeout -k 5 60 \/usr\/sbin\/smartctl --/,
    );
  });

  it.each([
    '%wheel',
    '+nets',
    '#0',
    '!bench',
    'ALL',
    'ADMINS',
    '',
  ])('is no rule for `%s`, which is not one user to sudo', (user) => {
    expect(() => sudoersRule(user, asked)).toThrow(/expected the name of one user/);
  });

  const visudo = spawnSync('visudo', ['-V']).status === 0;
  if (!visudo && process.env['CI'] === 'true') throw new Error('expected visudo in CI');
  it.skipIf(!visudo)('is a rule that visudo takes, with nothing in it that has a meaning of its own', () => {
    const odd = ['/usr/bin/a b', 'x=1', 'y,z', '*', '/dev/[a-z]', '!no', '#1', '\\'];
    for (const rule of [sudoersRule('bench', [...asked, odd]), sudoersRule('a.b-c', [odd])]) {
      const { status, stderr, stdout } = spawnSync('visudo', ['-cf', '-'], {
        input: `${rule}\n`,
        encoding: 'utf8',
      });
      expect(`${stdout}${stderr}`).toContain('OK');
      expect(status).toBe(0);
    }
    expect(sudoersRule('bench', asked)).toBe(
      'bench ALL=(root) NOPASSWD: \\\n    /usr/bin/timeout -k 5 60 /usr/sbin/smartctl --json\\=c -a /dev/nvme0n1',
    );
    expect(sudoersRule('bench', [])).toBe('# nothing of it needs root');
  });
});

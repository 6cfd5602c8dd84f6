import { describe, expect, it } from 'vitest';
import { askHold } from '../../../../harness/cli/ask-hold.ts';
import type { Environment } from '../../../../harness/environment.ts';
import { fakeTool } from '../../../support/run-assay.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const now = () => new Date('2026-11-30T01:15:00');
const reserved =
  'ReservationName=nights EndTime=2026-11-30T05:30:00 Nodes=node[1-3] Flags=MAINT,IGNORE_JOBS State=ACTIVE';

/** Commands of Slurm that say this. */
function slurm(scontrol: string, squeue: string): Environment {
  const folder = temporaryDirectory();
  fakeTool(folder, 'scontrol', `[ "$*" = "show reservation nights --oneliner" ] && ${scontrol}`);
  fakeTool(folder, 'squeue', squeue);
  return { variables: { PATH: `${folder}:/usr/bin:/bin` } } as unknown as Environment;
}

describe('how machines are held', () => {
  it('is asked of Slurm, with the jobs that go on', async () => {
    const environment = slurm(`echo '${reserved}'`, 'echo node[2,9]');
    expect(await askHold({ reservation: 'nights' }, { environment, now })).toEqual({
      hold: { by: 'slurm', reservation: 'nights', nodes: ['node1', 'node2', 'node3'], busy: ['node2'] },
      until: new Date('2026-11-30T05:30:00'),
    });
  });

  it('is what somebody says by name', async () => {
    expect(await askHold({ noHold: ' ops ' }, { environment: slurm('exit 9', 'exit 9'), now })).toEqual({
      hold: { by: 'name', name: 'ops' },
      until: undefined,
    });
  });

  it.each([
    ['nothing says so', {}, 'exit 9', 'exit 9', 'HOLD_MISSING'],
    ['nobody is named', { noHold: ' ' }, 'exit 9', 'exit 9', 'USAGE'],
    ['the name is none', { reservation: '--help' }, 'exit 9', 'exit 9', 'USAGE'],
    ['scontrol fails', { reservation: 'nights' }, 'exit 9', 'true', 'HOLD_MISSING'],
    ['squeue fails', { reservation: 'nights' }, `echo '${reserved}'`, 'exit 1', 'HOLD_MISSING'],
    ['it is none', { reservation: 'nights' }, 'echo No reservations', 'true', 'HOLD_MISSING'],
  ])('is refused where %s', async (_, given, scontrol, squeue, code) => {
    const environment = slurm(scontrol, squeue);
    await expect(askHold(given, { environment, now })).rejects.toMatchObject({ code });
  });
});

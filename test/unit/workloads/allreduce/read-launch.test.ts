import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkParameters, readLaunch } from '../../../../workloads/allreduce/read-launch.ts';
import { recording, seatOf } from './seats.ts';

const { seat, launches } = recording('openmpi-4.1.4-launch-two');
const [good = []] = launches;
const parameters = {
  jobId: '155648000',
  vpid: '1',
  processes: '2',
  nodeRegex: 'node[1:1],[2:10].77.0.2@0(2)',
  headUri: '155648000.0;tcp://10.77.0.1:60023',
  version: '4.1.4',
};

/** The recorded words with one of them replaced; it must be there. */
function withWord(from: string, to: string): readonly string[] {
  if (!good.includes(from)) throw new Error(`expected \`${from}\` in the fixture`);
  return good.map((word) => (word === from ? to : word));
}

const errorOf = (words: readonly string[], at = seat) => {
  const read = readLaunch(words, at);
  return read.ok ? 'accepted' : read.error;
};

describe('readLaunch', () => {
  it('takes from the recorded words what a member has to know', () => {
    expect(readLaunch(good, seat)).toEqual({ ok: true, value: { rank: 1, parameters } });
  });

  it.each([
    ['no words', [], 'expected the address of a member to launch on, got nothing'],
    ['the leader', withWord('10.77.0.2', '10.77.0.1'), /^expected the address .* got `10.77.0.1`$/],
    ['a stranger', withWord('10.77.0.2', '10.77.0.9'), /^expected the address .* got `10.77.0.9`$/],
    ['no version', good.slice(0, -1), 'expected the version of Open MPI as the last word'],
    ['another major version', withWord('open-mpi=4.1.4', 'open-mpi=5.0.3'), /version/],
    ['a command for a version', withWord('open-mpi=4.1.4', 'open-mpi=4.1.4 -o x'), /version/],
    ['another program', withWord(' orted', ' sh'), 'expected orted to be launched, got `sh`'],
    ['a path to the program', withWord(' orted', ' /tmp/orted'), /^expected orted/],
    ['a variable first', withWord(' orted', ' PATH=/tmp orted'), /^expected orted/],
    ['a command after a semicolon', withWord('"1"', '"1"; id'), 'expected plain words, got ";" at 43'],
    ['an open quote', withWord('"1"', '"1'), /./],
    [
      'an unknown parameter',
      withWord('btl', 'btl_tcp_port_min_v4'),
      /^expected known .* `btl_tcp_port_min_v4`$/,
    ],
    [
      'a name of every object',
      withWord('btl', 'constructor'),
      'expected known parameters only, got `constructor`',
    ],
    ['an option that is no parameter', withWord('-mca', '-debug'), /^expected `-mca NAME VALUE`/],
    ['a parameter twice', withWord('pml', 'btl'), 'expected each parameter once, got `btl` again'],
    ['another transport', withWord('"tcp,self"', '"ofi"'), 'btl: expected `tcp,self`, got `ofi`'],
    ['another network', withWord('"10.77.0.0/24"', '"0.0.0.0/0"'), /^btl_tcp_if_include: expected/],
    ['another launcher', withWord('"assay-launch"', '"/bin/sh"'), /^plm_rsh_agent: expected/],
    [
      'fewer launches at once',
      withWord('"256"', '"128"'),
      /^plm_rsh_num_concurrent: expected `256`, got `128`$/,
    ],
    ['more launches at once', withWord('"256"', '"257"'), /^plm_rsh_num_concurrent: expected `256`/],
    ['a shorter list of nodes', withWord('"8192"', '"1024"'), /^plm_base_node_regex_threshold: expected/],
    ['another rank', withWord('1', '2'), 'expected the launch of rank 1, got `2`'],
    ['another number of daemons', withWord('"2"', '"3"'), 'expected 2 daemons, got `3`'],
    ['a job that is no number', withWord('"155648000"', '"x"'), /^launch parameters: .*jobId/s],
    [
      'a head at another address',
      withWord('"155648000.0;tcp://10.77.0.1:60023"', '"155648000.0;tcp://10.77.0.9:60023"'),
      'expected the leader at `155648000.0;tcp://10.77.0.1:<port>`, got `155648000.0;tcp://10.77.0.9:60023`',
    ],
    [
      'a head of another job',
      withWord('"155648000.0;tcp://10.77.0.1:60023"', '"1.0;tcp://10.77.0.1:60023"'),
      /^expected the leader/,
    ],
    [
      'two heads',
      withWord('"155648000.0;tcp://10.77.0.1:60023"', '"155648000.0;tcp://10.77.0.1,10.0.0.1:60023"'),
      /^expected the leader/,
    ],
    [
      'a head at no port',
      withWord('"155648000.0;tcp://10.77.0.1:60023"', '"155648000.0;tcp://10.77.0.1:65536"'),
      /^expected the leader/,
    ],
    [
      'a command in the list of nodes',
      withWord('"node[1:1],[2:10].77.0.2@0(2)"', "'node1,$(id)@0(2)'"),
      /^launch parameters: .*nodeRegex/s,
    ],
  ])('refuses %s', (_, words, error) => {
    expect(errorOf(words)).toMatch(error);
  });

  it('takes all members from the words of the largest group, by the longest addresses', () => {
    const largest = recording('openmpi-4.1.4-launch-most');
    const read = readLaunch(largest.launches[0] ?? [], largest.seat);
    const nodes = read.ok ? String(read.value.parameters['nodeRegex']) : '';
    expect(nodes).toMatch(/^node\[1:1\],\[3:100\]\.100\.100\.101,.*,\[3:100\]\.100\.101\.199@0\(256\)$/);
    expect(nodes.split(',')).toHaveLength(256);
  });

  it('refuses a list of nodes that is longer than any', () => {
    const nodes = (characters: number) => withWord('"node[1:1],[2:10].77.0.2@0(2)"', 'n'.repeat(characters));
    expect(errorOf(nodes(8191))).toBe('accepted');
    expect(errorOf(nodes(8192))).toMatch(/^launch parameters: .*nodeRegex/s);
  });

  it('refuses the words of a run with more members', () => {
    expect(errorOf(good, seatOf(3))).toBe('expected 3 daemons, got `2`');
  });

  it('takes the words around those for sh only as a whole', () => {
    const { launches: wrapped, seat: three } = recording('openmpi-4.1.4-launch-login-shell-sh');
    const [first = []] = wrapped;
    expect(
      errorOf(
        first.filter((word) => word !== ')'),
        three,
      ),
    ).toBe('expected plain words, got "(" at 0');
    expect(
      errorOf(
        first.map((word) => (word === './.profile;' ? './.evil;' : word)),
        three,
      ),
    ).toBe('expected plain words, got "(" at 0');
  });
});

describe('readLaunch: any change of the words', () => {
  const anywhere = fc.nat({ max: good.length });

  it('refuses every word more', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('-mca', 'x', '"1"', ';', 'orted', '10.77.0.2'));
    fc.assert(
      fc.property(anywhere, word, (at, more) => {
        const words = good.toSpliced(at, 0, more);
        fc.pre(more.trim() !== ''); // blanks between words say nothing
        expect(readLaunch(words, seat).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses every parameter more', () => {
    const place = fc.integer({ min: 0, max: (good.length - 3) / 3 }).map((index) => 2 + 3 * index);
    fc.assert(
      fc.property(
        place,
        fc.constantFrom('-mca', '--mca'),
        fc.stringMatching(/^[a-z_]+$/),
        (at, flag, name) => {
          expect(readLaunch(good.toSpliced(at, 0, flag, name, '"1"'), seat).ok).toBe(false);
        },
      ),
    );
  });

  it('refuses every parameter less', () => {
    for (let at = 2; at + 3 < good.length; at += 3)
      expect(readLaunch(good.toSpliced(at, 3), seat).ok).toBe(false);
  });

  it('never throws, and says why', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 30 }), { maxLength: 8 }), (words) => {
        expect(errorOf(words)).not.toBe('');
        expect(errorOf(['10.77.0.2', ...words, 'open-mpi=4.1.4'])).not.toMatch(/^(?:accepted)?$/);
      }),
    );
  });

  it('passes nothing on but the six parameters, each of its pattern', () => {
    const damaged = fc
      .record({ at: fc.nat({ max: good.length - 1 }), start: fc.nat(40), cut: fc.nat(3), piece: fc.string() })
      .map(({ at, start, cut, piece }) =>
        good.map((word, index) =>
          index === at ? word.slice(0, start) + piece + word.slice(start + cut) : word,
        ),
      );
    fc.assert(
      fc.property(damaged, (words) => {
        const read = readLaunch(words, seat);
        if (!read.ok) return;
        const { jobId, nodeRegex, headUri, ...rest } = read.value.parameters;
        expect(read.value.rank).toBe(1);
        expect(rest).toEqual({
          vpid: '1',
          processes: '2',
          version: expect.stringMatching(/^4\.\d+\.\d+$/) as string,
        });
        expect(jobId).toMatch(/^\d{1,10}$/);
        expect(nodeRegex).toMatch(/^[A-Za-z0-9_.,@():[\]-]+$/);
        expect(headUri).toMatch(/^\d{1,10}\.0;tcp:\/\/10\.77\.0\.1:\d{1,5}$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('checkParameters', () => {
  it('accepts on the member what the coordinator passed on', () => {
    expect(checkParameters(parameters, seatOf(2, 1), 1)).toEqual({ ok: true, value: parameters });
  });

  it.each([
    ['one more', { ...parameters, extra: '1' }],
    ['one less', { ...parameters, jobId: undefined }],
    ['none', undefined],
  ])('refuses %s', (_, changed) => {
    expect(checkParameters(changed, seatOf(2, 1), 1).ok).toBe(false);
  });
});

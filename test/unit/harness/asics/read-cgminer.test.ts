import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCgminer } from '../../../../harness/asics/read-cgminer.ts';
import { AsicAnswer } from '../../../../reports/verdict/asic-answer.ts';
import recorded from '../../../fixtures/asics/cgminer-4.11.1.json' with { type: 'json' };
import { damageAnywhere } from '../../../support/damage.ts';

const status = '"STATUS":[{"STATUS":"S","When":1,"Code":11,"Msg":"Summary","Description":"cgminer 1.0.0"}]';
const antminer = {
  version: `{${status},"VERSION":[{"BMMiner":"1.0.0","API":"3.1","Miner":"30.0.1.3","Type":"Antminer S19 Pro"}],"id":1}\0`,
  summary: `{${status},"SUMMARY":[{"Elapsed":86400,"GHS 5s":"110123.45","GHS av":110012.5,"Hardware Errors":12,}],"id":1}\0`,
  stats: `{${status},"STATS":[{"BMMiner":"1.0.0","Type":"Antminer S19 Pro"}{"STATS":0,"ID":"BC50","fan1":5880,"rate":nan}],"id":1}\0`,
};

describe('readCgminer', () => {
  it('reads what cgminer 4.11.1 was recorded to say', () => {
    expect(readCgminer(recorded)).toEqual({
      firmware: 'CGMiner 4.11.1',
      hashesPerSecond: 0,
      elapsedSeconds: 2,
      hardwareErrors: 0,
    });
  });
  it('reads firmware that writes GH/s, a comma too many, none between objects, and nan', () => {
    expect(readCgminer(antminer)).toEqual({
      firmware: 'BMMiner 1.0.0, Miner 30.0.1.3',
      model: 'Antminer S19 Pro',
      hashesPerSecond: 110012.5e9,
      elapsedSeconds: 86400,
      hardwareErrors: 12,
    });
  });
  it.each([
    ['version: no answer', { ...antminer, version: undefined }],
    ['summary: no answer', { ...antminer, summary: undefined }],
    [
      'it refuses: Access denied (code 45)',
      { ...antminer, summary: '{"STATUS":[{"STATUS":"E","Code":45,"Msg":"Access denied"}]}' },
    ],
    ['expected JSON, got `HTTP/1.1 400', { ...antminer, version: 'HTTP/1.1 400 Bad Request' }],
    [
      'expected one mean rate',
      { ...antminer, summary: antminer.summary.replace('"GHS av"', '"MHS av":1,"GHS av"') },
    ],
    ['expected one mean rate', { ...antminer, summary: antminer.summary.replace('"GHS av":110012.5,', '') }],
    ['expected a number, got `-1`', { ...antminer, summary: antminer.summary.replace('110012.5', '-1') }],
    ['expected a number, got `inf`', { ...antminer, summary: antminer.summary.replace('110012.5', '"inf"') }],
    ['few levels', { ...antminer, version: '['.repeat(5000) }],
    ['with its status', { ...antminer, version: '{"VERSION":[{"CGMiner":"4"}]}' }],
  ])('says %s', (why, replies) => {
    const answer = readCgminer(replies);
    expect('unknown' in answer && answer.unknown).toContain(why);
  });
  it('says the same or why not when a reply is damaged, and never throws', () => {
    const whole = readCgminer(antminer);
    const rate = 'hashesPerSecond' in whole ? whole.hashesPerSecond : undefined;
    fc.assert(
      fc.property(fc.constantFrom('version', 'summary', 'stats'), damageAnywhere, (key, change) => {
        const answer = AsicAnswer.parse(readCgminer({ ...antminer, [key]: change(antminer[key]) }));
        expect('unknown' in answer || answer.hashesPerSecond === rate).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

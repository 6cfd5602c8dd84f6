import { expect, it } from 'vitest';
import { readEvidence } from '../../../../../workloads/kit/facts/evidence.ts';
import { readLibraries, readSoftware } from '../../../../../workloads/kit/facts/read-software.ts';
import { constructed } from './documents.ts';

const evidenceOf = (changes: Parameters<typeof constructed>[0]) => readEvidence(constructed(changes));
const path = '/usr/lib/x86_64-linux-gnu/libnccl.so.2';

it('takes the version of a library from the file that its name leads to', () => {
  const found = evidenceOf({ libraries: { 'libnccl.so.2': { path, file: `${path}.27.5` } } });
  expect(readSoftware(found).nccl).toEqual({ value: '2.27.5' });
  expect(readLibraries(found)).toEqual({ 'libnccl.so.2': path });
});

it('knows none where the name has none, or only the place was written down', () => {
  const renamed = evidenceOf({ libraries: { 'libnccl.so.2': { path, file: '/opt/lib/libnccl-site.so' } } });
  expect(readSoftware(renamed).nccl).toEqual({
    unknown: 'the name of /opt/lib/libnccl-site.so has no version',
  });
  const before = evidenceOf({ libraries: { 'libnccl.so.2': path } });
  expect(readSoftware(before).nccl).toEqual({ unknown: `the name of ${path} has no version` });
  expect(readLibraries(before)).toEqual({ 'libnccl.so.2': path });
  expect(readSoftware(evidenceOf({ libraries: {} })).nccl).toEqual({
    unknown: 'no libnccl.so.2 was found where tools look for it',
  });
});

it('takes that of the container toolkit from what it says', () => {
  const said = 'NVIDIA Container Toolkit CLI version 1.19.1\ncommit: 0123abcd\n';
  const toolkitOf = (text: string) =>
    readSoftware(evidenceOf({ 'nvidia-ctk --version': text })).containerToolkit;
  expect(toolkitOf(said)).toEqual({ value: '1.19.1' });
  expect(toolkitOf('no such flag')).toEqual({
    unknown: 'nvidia-ctk --version: no version in `no such flag`',
  });
});

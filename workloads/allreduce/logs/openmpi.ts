import * as z from 'zod';
import { defineLog, logLine } from '../../kit/log.ts';
import { readJson } from '../../kit/read-output.ts';
import { err, ok } from '../../kit/result.ts';
import type { Seat } from '../../kit/seat.ts';
import { readAllreduce } from '../read-allreduce.ts';
import { AllreduceParams, allreduce } from '../workload.ts';

/** What the first line says of who took part; the reader of a run looks at all the rest of it. */
const Head = z.looseObject({
  dtype: z.unknown(),
  minBytes: z.unknown(),
  maxBytes: z.unknown(),
  factor: z.unknown(),
  seconds: z.unknown(),
  network: z.cidrv4(),
  hosts: z
    .array(
      z.looseObject({
        name: z.string().max(256),
        library: z.string().max(1024),
        interfaces: z.array(z.looseObject({ address: z.ipv4() })).min(1),
      }),
    )
    .min(1)
    .max(4096),
});

/** What the program of this workload prints under Open MPI 4, as somebody kept it who ran it by hand. */
export const openmpi = defineLog(allreduce, {
  id: 'openmpi',
  title: 'All-reduce by Open MPI (assay-allreduce)',
  origin: 'recorded',
  mark: /^\{"benchmark":"assay-allreduce",/m,
  read: (text) => {
    const first = text.split('\n').find((line) => line.startsWith('{')) ?? '';
    const head = readJson(Head, first);
    if (!head.ok) return err(`the line that begins a run: ${head.error}`);
    const { dtype, minBytes, maxBytes, factor, seconds, network, hosts } = head.value;
    const params = AllreduceParams.safeParse({ dtype, minBytes, maxBytes, factor, seconds });
    if (!params.success) return err(`the line that begins a run: ${z.prettifyError(params.error)}`);
    const members = hosts.map(({ name, interfaces: [own] }) => ({ node: name, address: own?.address ?? '' }));
    const places = new Set(members.map(({ address }) => address));
    const seat: Seat = {
      group: [...new Set(members.map(({ node }) => node))].join('+'),
      rank: 0,
      members: places.size === 1 ? members.slice(0, 1) : members,
      network,
    };
    const version = /^Open MPI v([\w.+-]+)/.exec(hosts[0]?.library ?? '')?.[1] ?? '';
    const silent = { stderr: '', exitCode: 0, artifacts: {}, durationMs: 0 };
    const read = readAllreduce(
      {
        version: { ...silent, stdout: `mpirun (Open MPI) ${version}\n` },
        build: { ...silent, stdout: '' },
        run: { ...silent, stdout: text },
      },
      params.data,
      seat,
    );
    if (!read.ok) return read;
    const { toolVersion, readings } = read.value;
    return ok({
      toolVersion,
      readings: readings.map((reading) => ({
        ...reading,
        at: reading.at.map((place) => ('line' in place ? logLine(place.line) : place)),
      })),
    });
  },
});

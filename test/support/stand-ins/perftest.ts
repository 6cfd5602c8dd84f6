import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { parseArgs } from 'node:util';

// Stands in for ib_write_bw and ib_write_lat, started as `perftest.ts bw|lat …`: both ends meet, wait as long as they are told, add to
// the counters of their ports and print what perftest 4.5 prints. What a card does stands beside its counters, in `played`.

const [kind = '', ...words] = process.argv.slice(2);
if (words[0] === '--version') {
  process.stdout.write('Version: 6.06\n');
  process.exit(1);
}
const parsed = parseArgs({
  args: words,
  allowPositionals: true,
  options: {
    ...Object.fromEntries(
      ['d', 'i', 's', 'p', 'q', 'D', 'n', 'x'].map((short) => [
        `own-${short}`,
        { type: 'string', short } as const,
      ]),
    ),
    'own-F': { type: 'boolean', short: 'F' },
    report_gbits: { type: 'boolean' },
  },
});
const given = new Map(Object.entries(parsed.values).map(([name, value]) => [name, String(value)]));
const option = (name: string, otherwise: string): string => given.get(`own-${name}`) ?? otherwise;
const card = option('d', '');
const folder = `/sys/class/infiniband/${card}`;
const port = `${folder}/ports/1`;
const fail = (text: string): never => {
  process.stderr.write(` ${text}\n`);
  process.exit(1);
};
const line = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '');
if (line(`${port}/state`) !== '4: ACTIVE') fail(`Port number 1 state is Down`);
const played = new Map(
  line(`${folder}/played`)
    .split('\n')
    .map((each) => [each.split(' ')[0], each.split(' ').slice(1).join(' ')] as const),
);
const number = (name: string, otherwise: number): number => Number(played.get(name) ?? otherwise);

const bytes = Number(option('s', '65536'));
const seconds = Number(option('D', '0'));
const gbits = number('gbits', 391.79);
const moved = (gbits / 8) * 1e9 * seconds;

/** Adds to a counter of the port; one that is not there is not counted. */
function count(name: string, more: number): void {
  const path = `${port}/counters/${name}`;
  if (existsSync(path)) writeFileSync(path, `${BigInt(line(path)) + BigInt(Math.round(more))}\n`);
}

const ruler = '-'.repeat(87);
const isEthernet = line(`${port}/link_layer`) === 'Ethernet';
const head = (title: string, end: 'local' | 'remote'): string =>
  ` ${end} address: LID ${isEthernet ? '0000' : title} QPN 0x0032 PSN 0x5f2841 RKey 0x002440 VAddr 0x007f2e5f64b000`;
const gid = (end: number): string => ` GID: 00:00:00:00:00:00:00:00:00:00:255:255:10:77:00:0${end}`;
const pairs = Number(option('q', '1'));
const numbers =
  kind === 'bw'
    ? ` ${bytes}      ${Math.round(moved / bytes)}           0.00               ${gbits.toFixed(2)}  		   ${((gbits * 1e9) / 8 / bytes / 1e6).toFixed(6)}`
    : ` ${bytes}       ${option('n', '1000')}          1.62           6.79         ${number('usec', 1.67).toFixed(2)}     	       ${number('usec', 1.68).toFixed(2)}        	0.15   		${(number('usec', 1.67) + 0.15).toFixed(2)}    		6.79   `;

function print(row: string, isServer: boolean): void {
  const [own, peer] = isServer ? ([2, 1] as const) : ([1, 2] as const);
  const ends = Array.from({ length: pairs }, () => [
    head(`0x0${own}`, 'local'),
    ...(isEthernet ? [gid(own)] : []),
  ])
    .concat(
      Array.from({ length: pairs }, () => [head(`0x0${peer}`, 'remote'), ...(isEthernet ? [gid(peer)] : [])]),
    )
    .flat();
  const lines = [
    ...(isServer ? ['', '*'.repeat(36), '* Waiting for client to connect... *', '*'.repeat(36)] : []),
    ruler,
    `                    RDMA_Write ${kind === 'bw' ? 'BW' : 'Latency'} Test`,
    ` Dual-port       : OFF		Device         : ${card}`,
    ` Number of qps   : ${pairs}		Transport type : IB`,
    ' Connection type : RC		Using SRQ      : OFF',
    ' PCIe relax order: ON',
    ' ibv_wr* API     : ON',
    ' TX depth        : 128',
    ' CQ Moderation   : 100',
    ` Mtu             : ${number('mtu', 4096)}[B]`,
    ` Link type       : ${isEthernet ? 'Ethernet' : 'IB'}`,
    ...(isEthernet ? [` GID index       : ${option('x', '0')}`] : []),
    ' Max inline data : 0[B]',
    ' rdma_cm QPs	 : OFF',
    ' Data ex. method : Ethernet',
    ruler,
    ...ends,
    ruler,
    kind === 'bw'
      ? ' #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]'
      : ' #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] ',
    row,
    ruler,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What the other end says, and that it ended. */
function hear(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => fail('Failed to exchange data between server and clients'));
  return new Promise((resolve) => socket.once('end', () => resolve(text)));
}

const [peer] = parsed.positionals;
if (peer === undefined) {
  const server = createServer((socket) => {
    void hear(socket).then((row) => {
      count('port_rcv_data', (moved / 4) * number('share', 1));
      for (const counter of ['link_downed', 'symbol_error']) count(counter, number(counter, 0));
      print(row, true);
      socket.end();
      server.close();
    });
  });
  server.listen(Number(option('p', '18515')), '0.0.0.0');
} else {
  const socket = connect(Number(option('p', '18515')), peer);
  socket.once('error', () => fail(`Couldn't connect to ${peer}:${option('p', '18515')}`));
  socket.once('connect', () => {
    setTimeout(() => {
      count('port_xmit_data', (moved / 4) * number('share', 1));
      for (const counter of ['link_downed', 'symbol_error']) count(counter, number(counter, 0));
      const back = hear(socket);
      socket.end(numbers);
      void back.then(() => print(numbers, false));
    }, seconds * 1000);
  });
}

import { networkInterfaces } from 'node:os';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import type { RigIdentity } from './rig-identity.ts';
import { runProgram } from './run-program.ts';
import { startDetached } from './start-detached.ts';

/** Name of the interface by which a node is connected, in the node. */
export const fabricInterface = 'fabric0';

/**
 * The switch between the nodes: a bridge in a network namespace of its own, held by a process of its own. The only
 * thing that stands in the machine's own namespace is one end of a cable into it.
 */
export interface Fabric {
  /** Third number of the addresses, and number in the name of the machine's interface. */
  readonly number: number;
  readonly holder: number;
  readonly interfaceName: string;
}

/** One end of a cable: a port of the switch, named as its node, and who is at the other end. */
export interface Port {
  readonly name: string;
  readonly address: string;
  readonly macAddress: string;
  /** Process 1 of the node: whoever is in its network namespace has the other end. */
  readonly pid: number;
}

const namePrefix = 'assay-rig';
const coordinatorHost = 254;

export const addressOn = (fabric: Fabric, host: number): string => `10.77.${fabric.number}.${host}`;
export const coordinatorAddress = (fabric: Fabric): string => addressOn(fabric, coordinatorHost);

/** The same at every boot, so that no neighbour keeps an old one in its table. */
export const macAddressOn = (fabric: Fabric, host: number): string =>
  ['02', '4d', '4d', '00', hexByte(fabric.number), hexByte(host)].join(':');

/** Builds the switch and connects this machine to it, on a /24 that nobody here has. */
export async function startFabric(rig: RigIdentity): Promise<Fabric> {
  const holder = Number(
    await startDetached({
      argv: ['unshare', '--net', '--', '/bin/sh', '-c', 'echo "up $$"; exec sleep infinity >/dev/null 2>&1'],
      cwd: rig.directory,
      rig,
    }),
  );
  const fabric = await connectMachine(holder);
  await configure(holder, [
    'link add switch type bridge mcast_snooping 0',
    'link set uplink master switch up',
    'link set switch up',
  ]);
  const { interfaceName } = fabric;
  await configureMachine([
    `link set ${interfaceName} alias ${rig.id}`,
    `addr add ${coordinatorAddress(fabric)}/24 dev ${interfaceName}`,
    `link set ${interfaceName} up`,
  ]);
  return fabric;
}

/** The name of an interface can be taken only once: that makes the number ours, also while others look for theirs. */
async function connectMachine(holder: number): Promise<Fabric> {
  for (let number = 1; number <= 250; number += 1) {
    const interfaceName = `${namePrefix}${number}`;
    if (isTaken(`10.77.${number}.`)) continue;
    try {
      await configureMachine([`link add ${interfaceName} type veth peer name uplink netns ${holder}`]);
      return { number, holder, interfaceName };
    } catch (cause) {
      // That it exists means that somebody was faster: the next number.
      if (!(cause instanceof AssayError && cause.message.includes('File exists'))) throw cause;
    }
  }
  throw new AssayError('CONFIG_INVALID', 'expected a free network in 10.77.1.0 to 10.77.250.0, found none', {
    hint: 'Take down rigs that are not needed (ip link shows them as assay-rig<number>).',
  });
}

const isTaken = (prefix: string): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address.startsWith(prefix)));

/**
 * Cuts this machine off from the switch of a rig; the switch itself goes with its holder. The kernel is asked, and no
 * sysfs: that one shows the network namespace in which it was mounted, which need not be this one.
 */
export async function disconnectMachine(id: string): Promise<void> {
  const links = JSON.parse(await runProgram(['ip', '-json', 'link', 'show'])) as readonly MachineLink[];
  for (const { ifname, ifalias } of links)
    if (ifname.startsWith(namePrefix) && ifalias === id) await unlessGone(['ip', 'link', 'del', ifname]);
}

interface MachineLink {
  readonly ifname: string;
  /** Id of the rig to which the interface belongs. */
  readonly ifalias?: string;
}

/** Connects a node: a cable from a port of the switch to the node's only interface. */
export async function connectPort(fabric: Fabric, port: Port): Promise<void> {
  const { name, address, macAddress, pid } = port;
  const cable = `link add ${name} type veth peer name ${fabricInterface} address ${macAddress} netns ${pid}`;
  await configure(fabric.holder, [cable, `link set ${name} master switch up`]);
  await configure(pid, [`addr add ${address}/24 dev ${fabricInterface}`, `link set ${fabricInterface} up`]);
  // Without it the machine would notice after three seconds that nobody answers for the address of a black hole, and
  // connecting would fail with "no route to host" instead of hanging.
  await configureMachine([
    `neigh replace ${address} lladdr ${macAddress} dev ${fabric.interfaceName} nud permanent`,
  ]);
}

/** Pulls the cable: both of its ends are gone when this returns, if they had not gone with their node. */
export const disconnectPort = (fabric: Fabric, name: string): Promise<void> =>
  unlessGone(inNetworkOf(fabric.holder, 'ip', 'link', 'del', name));

/** An interface goes by itself when a namespace with one of its two ends goes. */
async function unlessGone(argv: readonly string[]): Promise<void> {
  try {
    await runProgram(argv);
  } catch (cause) {
    if (!(cause instanceof AssayError && cause.message.includes('Cannot find device'))) throw cause;
  }
}

/** Limits both directions of a cable, each where it is sent; undefined: no limit. */
export async function shapePort(fabric: Fabric, port: Port, rate: string | undefined): Promise<void> {
  for (const [pid, device] of [
    [fabric.holder, port.name],
    [port.pid, fabricInterface],
  ] as const) {
    await runProgram(inNetworkOf(pid, 'tc', 'qdisc', 'replace', 'dev', device, 'root', ...discipline(rate)));
  }
}

const discipline = (rate: string | undefined): readonly string[] =>
  rate === undefined ? ['noqueue'] : ['tbf', 'rate', rate, 'burst', '256kb', 'latency', '50ms'];

/**
 * A disabled port of a bridge drops what comes from it and what should go to it, without a word: no reset, no ICMP,
 * and the node still sees its carrier. Setting the interface down would take the carrier away, and tbf would let a
 * packet through now and then.
 */
export async function setBlackHole(fabric: Fabric, name: string, isOn: boolean): Promise<void> {
  const [disabled, forwarding] = ['0', '3'];
  await runProgram(
    inNetworkOf(fabric.holder, 'bridge', 'link', 'set', 'dev', name, 'state', isOn ? disabled : forwarding),
  );
}

const configureMachine = async (commands: readonly string[]): Promise<void> => {
  await runProgram(['ip', '-batch', '-'], lines(commands));
};

const configure = async (pid: number, commands: readonly string[]): Promise<void> => {
  await runProgram(inNetworkOf(pid, 'ip', '-batch', '-'), lines(commands));
};

const inNetworkOf = (pid: number, ...argv: readonly string[]): readonly string[] => [
  'nsenter',
  '--target',
  `${pid}`,
  '--net',
  '--',
  ...argv,
];

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');
const hexByte = (value: number): string => value.toString(16).padStart(2, '0');

import { existsSync } from 'node:fs';
import { cleanText } from '../../reports/text/clean-text.ts';
import type { SshHop } from '../transport/ssh-settings.ts';
import type { Way } from './ways.ts';

/** How one machine is reached, as ssh -G says it: after expansion, jump hosts first; `isThere` of each file. */
export interface ShownWay {
  readonly node: string;
  readonly container: NonNullable<Way['node']['container']> | null;
  /** None for this machine. */
  readonly hops: readonly ShownHop[];
}

interface ShownFile {
  readonly path: string;
  readonly isThere: boolean;
}

interface ShownHop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** What it is called in known_hosts. */
  readonly knownAs: string;
  readonly knownHostsFiles: readonly ShownFile[];
  readonly identityFiles: readonly ShownFile[];
  /** False when these are only the places where keys usually are. */
  readonly areIdentitiesNamed: boolean;
  readonly usesNamedIdentitiesOnly: boolean;
  readonly certificateFiles: readonly ShownFile[];
  readonly agentSocket: ShownFile | null;
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly deadlineSeconds: number;
}

export const showWay = ({ node, settings }: Way): ShownWay => ({
  node: node.name,
  container: node.container ?? null,
  hops: (settings?.hops ?? []).map(showHop),
});

const showFile = (path: string): ShownFile => ({ path, isThere: existsSync(path) });

function showHop(hop: SshHop): ShownHop {
  const { host, port, user, family, knownAs, agentSocket, deadlineMs } = hop;
  return {
    host,
    port,
    user,
    knownAs: knownAs.name,
    knownHostsFiles: hop.knownHostsFiles.map(showFile),
    identityFiles: hop.identityFiles.map(showFile),
    areIdentitiesNamed: hop.areIdentitiesNamed,
    usesNamedIdentitiesOnly: hop.usesNamedIdentitiesOnly,
    certificateFiles: hop.certificateFiles.map(showFile),
    agentSocket: agentSocket === undefined ? null : showFile(agentSocket),
    addressFamily: family === 0 ? 'any' : family === 4 ? 'inet' : 'inet6',
    deadlineSeconds: deadlineMs / 1000,
  };
}

/** A way in lines, each file that is not there marked so. */
export function describeWay({ node, container, hops }: ShownWay): readonly string[] {
  const lines = hops.flatMap((hop, index) => describeHop(hop, hops.length > 1 ? `${index + 1}. ` : ''));
  const inside =
    container === null ? [] : [`  inside of ${container.name}, through ${container.engine} exec -i`];
  return [node, ...(hops.length === 0 ? ['  this machine: not through ssh'] : lines), ...inside].map(
    cleanText,
  );
}

function describeHop(hop: ShownHop, number: string): readonly string[] {
  const row = (name: string, value: string): string => `    ${name.padEnd(12)}  ${value}`;
  const files = (all: readonly ShownFile[]): string =>
    all.length === 0
      ? 'none'
      : all.map(({ path, isThere }) => (isThere ? path : `${path} (not there)`)).join(', ');
  const keys = hop.areIdentitiesNamed ? '' : ' (the usual places)';
  return [
    `  ${number}${hop.user}@${hop.host.includes(':') ? `[${hop.host}]` : hop.host}:${hop.port}`,
    row('known as', hop.knownAs),
    row('known_hosts', files(hop.knownHostsFiles)),
    row('keys', `${files(hop.identityFiles)}${keys}`),
    ...(hop.certificateFiles.length === 0
      ? []
      : [row('certificates', `${files(hop.certificateFiles)}: not used`)]),
    row(
      'agent',
      hop.agentSocket === null
        ? 'none'
        : `${files([hop.agentSocket])}${hop.usesNamedIdentitiesOnly ? ', with the keys named above only' : ''}`,
    ),
    ...(hop.addressFamily === 'any' ? [] : [row('addresses', hop.addressFamily)]),
    row('deadline', `${hop.deadlineSeconds} s to log in`),
  ];
}

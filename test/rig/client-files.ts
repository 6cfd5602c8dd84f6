import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findSuite } from '../../harness/config/built-in.ts';
import { loadRegistry } from '../../workloads/registry.ts';
import { fabricInterface } from './fabric.ts';
import { createKey, loadHostKey, writeAll } from './node-files.ts';
import type { NodeSite } from './node-site.ts';

/** What a person or a test needs to reach the nodes of a rig. */
export interface ClientFiles {
  readonly sshConfig: string;
  readonly knownHosts: string;
  /** Private key; its public half is all that a node gets. */
  readonly identity: string;
  /** The inventory of the nodes. */
  readonly inventory: string;
  /** The shipped suite for a cluster, for nodes that have each other's work beside their own. */
  readonly suite: string;
}

export const clientFilesOf = (directory: string): ClientFiles => ({
  sshConfig: join(directory, 'ssh_config'),
  knownHosts: join(directory, 'known_hosts'),
  identity: join(directory, 'identity'),
  inventory: join(directory, 'rack.yaml'),
  suite: join(directory, 'suite.yaml'),
});

/** Makes the client's key, and returns its public line. */
export async function createIdentity(directory: string): Promise<string> {
  const { identity } = clientFilesOf(directory);
  await createKey(identity, 'assay-rig');
  return readFile(`${identity}.pub`, 'utf8');
}

/** Writes what names the nodes (ssh_config, known_hosts and the inventory), and a suite for them. */
export async function writeClientFiles(directory: string, nodes: readonly NodeSite[]): Promise<void> {
  const { identity, knownHosts } = clientFilesOf(directory);
  const cluster = await findSuite('cluster', await loadRegistry(), directory);
  const suite = {
    ...cluster,
    id: 'rig',
    title: `${cluster.title}, of nodes that are one machine`,
    otherWorkAtMost: 1,
  };
  const keys = await Promise.all(nodes.map((node) => loadHostKey(node.directory)));
  await writeAll(directory, {
    ssh_config: nodes
      .map(({ name, address }) =>
        [
          `Host ${name}`,
          `  HostName ${address}`,
          '  User root',
          `  IdentityFile ${identity}`,
          '  IdentitiesOnly yes',
          `  UserKnownHostsFile ${knownHosts}`,
          '  GlobalKnownHostsFile none',
          '  StrictHostKeyChecking yes',
          '',
        ].join('\n'),
      )
      .join('\n'),
    known_hosts: nodes.map(({ name, address }, index) => `${name},${address} ${keys[index]}\n`).join(''),
    'suite.yaml': `${JSON.stringify(suite, undefined, 2)}\n`,
    'rack.yaml': [
      'schema: assay/inventory',
      'schemaVersion: 1',
      'ssh: { config: ssh_config }',
      `fabric: { interface: ${fabricInterface} }`,
      'nodes:',
      ...nodes.map(({ name }, index) => `  - { name: ${name}, rack: R1, slot: U${index + 1} }`),
      '',
    ].join('\n'),
  });
}

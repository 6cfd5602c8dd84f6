import { shellQuote } from '../../workloads/kit/shell-quote.ts';
import type { Channel, Transport } from './transport.ts';

/** A container that runs on a machine. Their engines take the same words. */
export interface ContainerPlace {
  readonly engine: 'docker' | 'podman' | 'nerdctl';
  readonly name: string;
}

/** The inside of a container, through its engine on the machine that it runs on: every line is one of the container's `sh`. */
export const createContainerTransport = (
  machine: Transport,
  { engine, name }: ContainerPlace,
): Transport => ({
  name: machine.name,
  exec: (line): Promise<Channel> =>
    machine.exec(`exec ${engine} exec -i ${shellQuote(name)} /bin/sh -c ${shellQuote(line)}`),
  close: () => machine.close(),
});

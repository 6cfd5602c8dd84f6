import { AssayError } from '../../workloads/kit/assay-error.ts';
import { execute } from './ssh-client.ts';
import type { Connection, SshConnector } from './ssh-connector.ts';
import type { SshSettings } from './ssh-settings.ts';
import type { Channel, Transport } from './transport.ts';

/**
 * A machine reached by SSH. It is logged in to with the first line, and again with the next one after a connection was
 * lost; all lines share the connection. Refuses unknown and changed host keys: there is no way to skip that.
 */
export function createSshTransport(settings: SshSettings, connector: SshConnector): Transport {
  const { name } = settings;
  const closing = new AbortController();
  let connection: Promise<Connection> | undefined;
  const connect = (): Promise<Connection> => {
    if (connection !== undefined) return connection;
    const connecting = connector.connect(settings, closing.signal);
    const forget = (): void => {
      if (connection === connecting) connection = undefined;
    };
    connecting.then(({ client }) => client.once('close', forget), forget);
    connection = connecting;
    return connecting;
  };
  return {
    name,
    exec: async (line): Promise<Channel> => {
      try {
        const { client } = await connect();
        return await execute(client, line, settings.hops[settings.hops.length - 1]?.deadlineMs ?? 0);
      } catch (cause) {
        if (cause instanceof AssayError) throw cause;
        const reason = closing.signal.aborted
          ? 'the connection was closed here'
          : cause instanceof Error
            ? cause.message
            : String(cause);
        throw new AssayError('HOST_UNREACHABLE', `expected a session on the machine, found: ${reason}`, {
          node: name,
          cause,
          hint: 'Try again; look into its sshd log (MaxSessions, the login shell).',
        });
      }
    },
    close: async () => {
      closing.abort(new Error('closed'));
      const ending = connection;
      connection = undefined;
      try {
        await (await ending)?.release();
      } catch (cause) {
        // Whoever asked for that connection was told why there is none.
        if (!(cause instanceof Error)) throw cause;
      }
    },
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AssayError } from '../../workloads/kit/assay-error.ts';
import { codeOf } from '../../workloads/kit/code-of.ts';

export interface Listening {
  /** `http://127.0.0.1:8765/`. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** So many browsers at once; a page takes one for a moment. */
const mostConnections = 200;

/** Answers requests at an address until it is closed; what fails is told by `onError` and answered with 500. Throws USAGE. */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  {
    address,
    port,
    onError,
  }: { readonly address: string; readonly port: number; readonly onError: (cause: unknown) => void },
): Promise<Listening> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (incoming, outgoing) => {
    respond(answer, incoming, outgoing).catch((cause: unknown) => {
      onError(cause);
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      outgoing.end('This is a defect of Assay; where it was started stands more.\n');
    });
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(cannotListen(address, port, cause)));
    server.listen(port, address, resolve);
  });
  const { port: bound } = server.address() as AddressInfo; // it listens at a port
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function cannotListen(address: string, port: number, cause: Error): AssayError {
  const code = codeOf(cause);
  const found =
    code === 'EADDRINUSE'
      ? 'somebody listens there already'
      : code === 'EACCES'
        ? 'only root may listen there'
        : code === 'EADDRNOTAVAIL'
          ? 'this machine has no such address'
          : cause.message;
  return new AssayError('USAGE', `expected to be able to listen at ${address} port ${port}: ${found}`, {
    cause,
    hint: 'Give another --port (0 takes a free one) or --address.',
  });
}

/** No request has a body that is read. */
async function respond(
  answer: (request: Request) => Response | Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders } = incoming;
  const request = requestOf(method, url, rawHeaders);
  if (request === undefined) {
    outgoing.writeHead(400, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    outgoing.end('Expected a path and headers as HTTP has them.\n');
    return;
  }
  const response = await answer(request);
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': response.status === 204 ? 0 : body.length,
  });
  outgoing.end(method === 'HEAD' ? undefined : body);
}

/** A request as the site reads it; absent where there is none in what came. */
function requestOf(method: string, url: string, rawHeaders: readonly string[]): Request | undefined {
  try {
    const headers = new Headers();
    for (let at = 0; at + 1 < rawHeaders.length; at += 2)
      headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
    // Whatever the Host header says is not where a path leads to.
    return url.startsWith('/')
      ? new Request(new URL(url.replace(/^\/+/, '/'), 'http://site'), { method, headers })
      : undefined;
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
}

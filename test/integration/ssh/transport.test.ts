import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readServerOffer } from '../../../harness/transport/server-offer.ts';
import { createSshTransport } from '../../../harness/transport/ssh.ts';
import type { SshConnector } from '../../../harness/transport/ssh-connector.ts';
import { createSshConnector } from '../../../harness/transport/ssh-connector.ts';
import type { SshSurroundings } from '../../../harness/transport/ssh-settings.ts';
import { loadSshSettings } from '../../../harness/transport/ssh-settings.ts';
import type { Transport } from '../../../harness/transport/transport.ts';
import type { ClientHome, Sshd, SshdOptions } from '../../support/sshd.ts';
import { createClientHome, createKey, freePort, hasSshd, startSshd } from '../../support/sshd.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const connector = (): SshConnector => createSshConnector({ random: Math.random });

async function sshd(options?: SshdOptions): Promise<Sshd> {
  const server = await startSshd(options);
  onTestFinished(() => server.stop());
  return server;
}

async function open(
  target: string,
  surroundings: SshSurroundings,
  shared: SshConnector = connector(),
): Promise<Transport> {
  const transport = createSshTransport((await loadSshSettings(surroundings))(target), shared);
  onTestFinished(() => transport.close());
  return transport;
}

/** A client that knows the server and has its key. */
const clientOf = (
  server: Sshd,
  lines: { readonly config?: readonly string[]; readonly knownHosts?: readonly string[] } = {},
): ClientHome =>
  createClientHome(temporaryDirectory(), {
    config: [...(lines.config ?? []), `IdentityFile ${server.identity}`],
    knownHosts: lines.knownHosts ?? [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
  });

const at = (server: Sshd): string => `127.0.0.1:${server.port}`;

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}
async function run(transport: Transport, line: string, input?: string | Buffer): Promise<Answer> {
  const channel = await transport.exec(line);
  channel.stdin.end(input);
  const [stdout, stderr, { exitCode }] = await Promise.all([
    text(channel.stdout),
    text(channel.stderr),
    channel.ended,
  ]);
  return { stdout, stderr, exitCode };
}

describe.skipIf(!hasSshd)('a machine that is known', () => {
  it('runs lines with their input, both outputs and exit code, over one connection', async () => {
    const server = await sshd();
    const transport = await open(at(server), clientOf(server).surroundings);
    expect(await run(transport, 'cat; echo "it\'s" >&2\nexit 7', 'in')).toEqual({
      stdout: 'in',
      stderr: "it's\n",
      exitCode: 7,
    });
    expect(await Promise.all(['a', 'b', 'c'].map((word) => run(transport, `echo ${word}`)))).toMatchObject([
      { stdout: 'a\n', exitCode: 0 },
      { stdout: 'b\n', exitCode: 0 },
      { stdout: 'c\n', exitCode: 0 },
    ]);
    expect(await run(transport, 'kill -9 $$')).toMatchObject({ exitCode: undefined });
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  it('carries large outputs on both streams, and a large input, byte for byte', async () => {
    const server = await sshd();
    const transport = await open(at(server), clientOf(server).surroundings);
    const both = await transport.exec('head -c 20000000 /dev/zero & head -c 20000000 /dev/zero >&2; wait');
    both.stdin.end();
    const [stdout, stderr] = await Promise.all([buffer(both.stdout), buffer(both.stderr)]);
    expect([stdout.length, stderr.length, (await both.ended).exitCode]).toEqual([20_000_000, 20_000_000, 0]);
    const input = Buffer.alloc(20_000_000, 'some bytes ');
    expect((await run(transport, 'sha256sum', input)).stdout).toBe(
      `${createHash('sha256').update(input).digest('hex')}  -\n`,
    );
  });

  it('ends also when nobody reads what it says', async () => {
    const server = await sshd();
    const transport = await open(at(server), clientOf(server).surroundings);
    const channel = await transport.exec('head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3');
    expect(await channel.ended).toEqual({ exitCode: 3 });
    expect((await buffer(channel.stdout)).length).toBe(200_000);
  });

  it('ends when its channel is closed here, and takes the next line', async () => {
    const server = await sshd();
    const transport = await open(at(server), clientOf(server).surroundings);
    const channel = await transport.exec('echo ready; sleep 50; echo late');
    const begun = performance.now();
    channel.stdout.once('data', () => channel.close());
    expect((await channel.ended).exitCode).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(40_000);
    expect((await run(transport, 'echo on')).stdout).toBe('on\n');
  });

  it.each(['hashed', 'without its port'])('is known by an entry that is %s', async (kind) => {
    const server = await sshd();
    const name = kind === 'hashed' ? `[127.0.0.1]:${server.port}` : '127.0.0.1';
    const client = clientOf(server, { knownHosts: [`${name} ${server.hostKey()}`] });
    if (kind === 'hashed')
      execFileSync('ssh-keygen', ['-q', '-H', '-f', client.knownHosts], { stdio: 'ignore' });
    expect((await run(await open(at(server), client.surroundings), 'echo ok')).stdout).toBe('ok\n');
  });

  it.each(['rsa', 'ecdsa'] as const)('is asked for its %s key when that is the one we know', async (type) => {
    const server = await sshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
    const client = clientOf(server, { knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey(type)}`] });
    expect((await run(await open(at(server), client.surroundings), 'echo ok')).stdout).toBe('ok\n');
  });

  it('is logged in to with an encrypted key that an agent holds', async () => {
    const server = await sshd({ isAuthorized: false });
    const folder = temporaryDirectory();
    createKey(join(folder, 'key'), 'rsa', 'secret');
    writeFileSync(
      join(server.identity, '../authorized_keys'),
      execFileSync('cat', [join(folder, 'key.pub')]),
    );
    const socket = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    onTestFinished(() => void agent.kill());
    await expect.poll(() => existsSync(socket)).toBe(true);
    writeFileSync(join(folder, 'askpass'), '#!/bin/sh\necho secret\n', { mode: 0o700 });
    for (const [key, SSH_ASKPASS] of [
      [server.identity, '/bin/false'],
      [join(folder, 'key'), join(folder, 'askpass')],
    ] as const)
      execFileSync('ssh-add', ['-q', key], {
        env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket, SSH_ASKPASS, SSH_ASKPASS_REQUIRE: 'force' },
        stdio: ['ignore', 'ignore', 'ignore'],
      });
    const client = createClientHome(folder, {
      config: [`IdentityFile ${join(folder, 'key')}`, 'IdentitiesOnly yes'],
      knownHosts: [`[127.0.0.1]:${server.port} ${server.hostKey()}`],
    });
    const surroundings = { ...client.surroundings, variables: { SSH_AUTH_SOCK: socket } };
    expect((await run(await open(at(server), surroundings), 'echo ok')).stdout).toBe('ok\n');
    expect(server.log()).not.toContain('Failed publickey'); // the other key of the agent is not offered
    await expect(run(await open(at(server), client.surroundings), 'true')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('is encrypted') as unknown,
    });
  });
});

describe.skipIf(!hasSshd)('a login shell', () => {
  const shells = ['bash', 'zsh', 'tcsh', 'bsd-csh', 'fish'].flatMap((name) => {
    const path = ['/bin', '/usr/bin'].map((folder) => join(folder, name)).find((file) => existsSync(file));
    return path === undefined ? [] : [path];
  });
  it.each(shells)('%s that prints from its dotfiles changes nothing', async (shell) => {
    const noise = 'echo Welcome; printf "no line break"; echo warning >/dev/null\n';
    const server = await sshd({
      login: {
        shell,
        files: { '.bashrc': noise, '.zshenv': noise, '.cshrc': noise, '.config/fish/config.fish': noise },
      },
    });
    const transport = await open(at(server), clientOf(server).surroundings);
    expect(
      await run(
        transport,
        "if [ ! -e /nope ]; then\n  printf '%s\\n' \"$(cat)!\" 'it'\\''s'\nfi\nexit 5",
        'in',
      ),
    ).toMatchObject({ stdout: "in!\nit's\n", exitCode: 5 });
    expect((await run(transport, 'echo $HOME')).stdout).toContain('/home');
  });

  it('that refuses to run commands is quoted', async () => {
    const server = await sshd({ login: { shell: '/usr/sbin/nologin', files: {} } });
    const transport = await open(at(server), clientOf(server).surroundings);
    expect(await run(transport, 'echo hello')).toEqual({
      stdout: 'This account is currently not available.\n',
      stderr: '',
      exitCode: 1,
    });
  });
});

describe.skipIf(!hasSshd)('a machine that cannot be trusted', () => {
  it('is refused when its key is unknown, and works after the command of the hint', async () => {
    const server = await sshd();
    const client = clientOf(server, { knownHosts: [] });
    const transport = await open(at(server), client.surroundings);
    const error = await run(transport, 'true').catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      exitCode: 3,
      message: expect.stringMatching(/the host presents ssh-ed25519 SHA256:\S{43}$/) as unknown,
    });
    const command = /then: (ssh-keyscan .*)$/.exec((error as { hint: string }).hint)?.[1] ?? 'false';
    execFileSync('sh', ['-c', command], { stdio: 'ignore' });
    expect((await run(await open(at(server), client.surroundings), 'echo ok')).stdout).toBe('ok\n');
    expect(server.log().match(/Accepted/g)).toHaveLength(1);
  });

  it('is refused when its key has changed, and works after the commands of the hint', async () => {
    const [server, before] = [await sshd(), await sshd()];
    const client = clientOf(server, { knownHosts: [`[127.0.0.1]:${server.port} ${before.hostKey()}`] });
    const error = await run(await open(at(server), client.surroundings), 'true').catch(
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ code: 'HOST_KEY_CHANGED', exitCode: 3 });
    expect((error as Error).message.match(/SHA256:\S{43}/g)).toHaveLength(2);
    const commands = /above: (ssh-keygen .*)$/.exec((error as { hint: string }).hint)?.[1] ?? 'false';
    execFileSync('sh', ['-c', commands], { stdio: 'ignore' });
    expect((await run(await open(at(server), client.surroundings), 'echo ok')).stdout).toBe('ok\n');
  });

  it('is refused when its key is revoked, even where it is known', async () => {
    const server = await sshd();
    const known = `[127.0.0.1]:${server.port} ${server.hostKey()}`;
    const client = clientOf(server, { knownHosts: [known, `@revoked * ${server.hostKey()}`] });
    await expect(run(await open(at(server), client.surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: expect.stringContaining('known_hosts:2 revokes') as unknown,
    });
  });

  it('is refused when only a certificate authority vouches for it', async () => {
    const server = await sshd();
    const client = clientOf(server, { knownHosts: [`@cert-authority * ${server.hostKey()}`] });
    await expect(run(await open(at(server), client.surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: expect.stringContaining('certificate authority') as unknown,
    });
  });
});

describe.skipIf(!hasSshd)('a machine that does not let us in', () => {
  it('refuses our key: the message says what was tried and what it accepts', async () => {
    const server = await sshd({ isAuthorized: false });
    const client = clientOf(server, {
      config: ['IdentityFile /nowhere/id', 'CertificateFile /nowhere/cert.pub'],
    });
    await expect(run(await open(at(server), client.surroundings), 'true')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      exitCode: 3,
      message: expect.stringMatching(
        /to accept a key, found: .*offered \S+ \(ssh-ed25519\); the server accepts publickey; \/nowhere\/id cannot be read; \/nowhere\/cert.pub is not used: certificates are not supported; there is no agent/,
      ) as unknown,
    });
  });

  it('is not there, with or without a key, where its name leads nowhere', async () => {
    const { surroundings } = createClientHome(temporaryDirectory(), {});
    await expect(run(await open('nohost.invalid', surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('nohost.invalid:22, found none') as unknown,
    });
  });

  it('is not asked when there is no key', async () => {
    const server = await sshd();
    const client = createClientHome(temporaryDirectory(), {});
    await expect(run(await open(at(server), client.surroundings), 'true')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('found none') as unknown,
      hint: expect.stringContaining('this machine is called `local`') as unknown,
    });
  });
});

/** A TCP server of ours; its connections are cut at the end of the test. */
async function listen(onConnection: (socket: Socket) => void): Promise<{ port: number; cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cut };
}

describe.skipIf(!hasSshd)('a connection', () => {
  const stranger = (folder: string): ClientHome => {
    createKey(join(folder, 'key'), 'ed25519');
    return createClientHome(folder, { config: [`IdentityFile ${folder}/key`, 'ConnectTimeout 1'] });
  };

  it('that is cut in the middle ends the line without an exit code; the next one connects again', async () => {
    const server = await sshd();
    const relay = await listen((socket) => {
      const onward = connect(server.port, '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      socket.on('close', () => onward.destroy());
    });
    const client = clientOf(server, { knownHosts: [`[127.0.0.1]:${relay.port} ${server.hostKey()}`] });
    const transport = await open(`127.0.0.1:${relay.port}`, client.surroundings);
    const channel = await transport.exec('echo begun; sleep 60');
    channel.stdout.once('data', () => relay.cut());
    expect(await channel.ended).toEqual({ exitCode: undefined });
    channel.stdin.write('nobody reads this');
    expect((await run(transport, 'echo again')).stdout).toBe('again\n');
  });

  it('to a server that says nothing ends at its deadline, after one attempt', async () => {
    let connections = 0;
    const silent = await listen(() => {
      connections += 1;
    });
    const client = stranger(temporaryDirectory());
    const begun = performance.now();
    await expect(
      run(await open(`127.0.0.1:${silent.port}`, client.surroundings), 'true'),
    ).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining(
        'to answer within 1 s, found a connection on which nothing is said',
      ) as unknown,
    });
    // Far from what several attempts would take with a deadline each, however slow this machine is.
    expect(performance.now() - begun).toBeLessThan(40_000);
    expect(connections).toBe(1);
  });

  it('is not tried again with a server that penalises our address', async () => {
    let connections = 0;
    const strict = await listen((socket) => {
      connections += 1;
      socket.end('Not allowed at this time\r\n');
    });
    await expect(
      run(await open(`127.0.0.1:${strict.port}`, stranger(temporaryDirectory()).surroundings), 'true'),
    ).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('with the words `Not allowed at this time`') as unknown,
    });
    expect(connections).toBe(1);
  });

  it.each(['127.0.0.1', 'localhost'])('to a port of %s where nobody listens says so', async (host) => {
    const client = stranger(temporaryDirectory());
    await expect(
      run(await open(`${host}:${await freePort()}`, client.surroundings), 'true'),
    ).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });

  it('that is closed while it is being made ends at once', async () => {
    const silent = await listen(() => undefined);
    const client = createClientHome(temporaryDirectory(), {
      config: [`IdentityFile ${(await sshd()).identity}`],
    });
    const transport = await open(`127.0.0.1:${silent.port}`, client.surroundings);
    const line = transport.exec('true');
    const refusal = expect(line).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
    await transport.close();
    await refusal;
  });

  it('is not lost to MaxStartups: 30 at once at a server that takes two', async () => {
    const server = await sshd({ config: ['MaxStartups 2:100:4'] });
    const client = clientOf(server);
    const shared = connector();
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const transport = await open(at(server), client.surroundings, shared);
        return (await run(transport, `echo ${index}`)).stdout;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`));
    expect(server.log()).toContain('MaxStartups'); // it did drop some
  });
});

describe.skipIf(!hasSshd)('a jump host', () => {
  it('is logged in to once for several machines behind it', async () => {
    const [server, bastion] = [await sshd(), await sshd()];
    const client = clientOf(server, {
      config: [
        'Host bastion',
        `  HostName 127.0.0.1`,
        `  Port ${bastion.port}`,
        `  IdentityFile ${bastion.identity}`,
        'Host inner-*',
        `  HostName 127.0.0.1`,
        `  Port ${server.port}`,
        '  HostKeyAlias inner-1',
        '  ProxyJump bastion',
        'Host *',
      ],
      knownHosts: [`[127.0.0.1]:${bastion.port} ${bastion.hostKey()}`, `inner-* ${server.hostKey()}`],
    });
    const shared = connector();
    const transports = await Promise.all(
      ['inner-1', 'inner-2', 'inner-3'].map((name) => open(name, client.surroundings, shared)),
    );
    const ports = await Promise.all(
      transports.map(
        async (transport) => (await run(transport, 'echo $SSH_CONNECTION')).stdout.trim().split(' ')[3],
      ),
    );
    expect(ports).toEqual(Array.from({ length: 3 }, () => String(server.port)));
    expect(bastion.log().match(/Accepted publickey/g)).toHaveLength(1);
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(3);
    await Promise.all(transports.map((transport) => transport.close()));
    await expect.poll(() => bastion.log()).toMatch(/disconnected by user|Disconnected from user/);
  });

  it('that dies while somebody waits behind it is no wait for ever', async () => {
    const bastion = await sshd();
    const relay = await listen((socket) => {
      const onward = connect(bastion.port, '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      socket.on('close', () => onward.destroy());
    });
    const silent = await listen(() => relay.cut());
    const client = createClientHome(temporaryDirectory(), {
      config: [
        `IdentityFile ${bastion.identity}`,
        'Host machine',
        'HostName 127.0.0.1',
        `Port ${silent.port}`,
        `ProxyJump 127.0.0.1:${relay.port}`,
      ],
      knownHosts: [`[127.0.0.1]:${relay.port} ${bastion.hostKey()}`],
    });
    await expect(run(await open('machine', client.surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
    });
  });

  it('checks the key of the machine behind it, and names what is wrong', async () => {
    const [server, bastion] = [await sshd(), await sshd()];
    const jump = `ProxyJump 127.0.0.1:${bastion.port}`;
    const config = [
      `IdentityFile ${bastion.identity}`,
      `Match originalhost 127.0.0.1`,
      `Host machine nobody`,
      jump,
    ];
    const client = createClientHome(temporaryDirectory(), {
      config: [
        ...config,
        '  HostName 127.0.0.1',
        'Host machine',
        `  Port ${server.port}`,
        'Host nobody',
        `  Port ${await freePort()}`,
      ],
      knownHosts: [`[127.0.0.1]:${bastion.port} ${bastion.hostKey()}`],
    });
    await expect(run(await open('machine', client.surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      hint: expect.stringContaining(
        `ssh -p ${bastion.port} ${bastion.user}@127.0.0.1 ssh-keyscan -p ${server.port}`,
      ) as unknown,
    });
    await expect(run(await open('nobody', client.surroundings), 'true')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining('expected 127.0.0.1 to connect to 127.0.0.1') as unknown,
    });
  });
});

describe.skipIf(!hasSshd)('algorithms that are broken', () => {
  it.each([
    [
      ['Ciphers aes128-ctr', 'MACs hmac-sha1'],
      'MACs: the server has hmac-sha1; we take hmac-sha2-256-etm@openssh.com, ',
    ],
    [
      ['Ciphers aes128-ctr', 'MACs hmac-sha1-96,hmac-md5'],
      'MACs: the server has hmac-sha1-96, hmac-md5; we take ',
    ],
    [['Ciphers aes128-cbc,3des-cbc'], 'Ciphers: the server has aes128-cbc, 3des-cbc; we take '],
    [
      ['KexAlgorithms diffie-hellman-group14-sha1'],
      'KexAlgorithms: the server has diffie-hellman-group14-sha1',
    ],
  ])('are not agreed on: %j', async (config, message) => {
    const server = await sshd({ config });
    const transport = await open(at(server), clientOf(server).surroundings);
    await expect(transport.exec('true')).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('are not offered, nor is compression: what a server reads from us', async () => {
    const heard = Promise.withResolvers<Buffer>();
    const server = createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.write('SSH-2.0-test\r\n');
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (readServerOffer(bytes) !== undefined) heard.resolve(bytes);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const folder = temporaryDirectory();
    createKey(join(folder, 'key'), 'ed25519');
    const client = createClientHome(folder, { config: [`IdentityFile ${folder}/key`] });
    const transport = await open(`127.0.0.1:${port}`, client.surroundings);
    const failed = transport.exec('true').then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const offer = readServerOffer(await heard.promise);
    await transport.close();
    await failed;
    expect(offer).toMatchObject({
      Ciphers: [
        'aes128-gcm@openssh.com',
        'aes256-gcm@openssh.com',
        'chacha20-poly1305@openssh.com',
        'aes128-ctr',
        'aes192-ctr',
        'aes256-ctr',
      ],
      MACs: [
        'hmac-sha2-256-etm@openssh.com',
        'hmac-sha2-512-etm@openssh.com',
        'hmac-sha2-256',
        'hmac-sha2-512',
      ],
      Compression: ['none'],
    });
    expect(offer?.KexAlgorithms.join(' ')).not.toMatch(/sha1|group1-/);
    expect(offer?.HostKeyAlgorithms).toEqual([
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ]);
  });
});

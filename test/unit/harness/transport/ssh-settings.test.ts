import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SshHop, SshSurroundings } from '../../../../harness/transport/ssh-settings.ts';
import { loadSshSettings } from '../../../../harness/transport/ssh-settings.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let home: string;
let surroundings: SshSurroundings;
beforeEach(() => {
  home = temporaryDirectory();
  surroundings = {
    home,
    user: 'me',
    uid: process.getuid?.() ?? 0,
    variables: { SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys', AGENT: '/run/other' },
    configFiles: [
      { path: join(home, '.ssh/config'), kind: 'user' },
      { path: join(home, 'etc/ssh_config'), kind: 'system' },
    ],
  };
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}
const hops = async (target: string, config = ''): Promise<readonly SshHop[]> => {
  write('.ssh/config', config);
  return (await loadSshSettings(surroundings))(target).hops;
};
const hop = async (target: string, config = ''): Promise<SshHop | undefined> =>
  (await hops(target, config)).at(-1);

describe('loadSshSettings', () => {
  it('takes what is usual where nothing is said, and no file at all', async () => {
    expect((await loadSshSettings(surroundings))('gpu1').hops).toEqual([
      {
        host: 'gpu1',
        port: 22,
        user: 'me',
        family: 0,
        knownAs: { name: 'gpu1', withoutPort: undefined, requiredRsaBits: 1024 },
        checksAddress: false,
        algorithms: expect.anything() as unknown,
        asksForKnownKeysFirst: true,
        knownHostsFiles: [
          `${home}/.ssh/known_hosts`,
          `${home}/.ssh/known_hosts2`,
          '/etc/ssh/ssh_known_hosts',
          '/etc/ssh/ssh_known_hosts2',
        ],
        identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => `${home}/.ssh/${name}`),
        certificateFiles: [],
        areIdentitiesNamed: false,
        usesNamedIdentitiesOnly: false,
        agentSocket: '/run/agent',
        deadlineMs: 20_000,
      },
    ]);
  });

  it('reads Host sections: the first value wins, files of keys add up', async () => {
    const config = `
Host gpu* !gpu9
  HostName %h.hall.example
  User bench
  Port = 2222
  IdentityFile ~/.ssh/bench
  IdentityFile "~/with space/%r"
  IdentitiesOnly yes
  ConnectTimeout 5
  IdentityAgent none
Host *
  User somebody
  IdentityFile /keys/all
  UserKnownHostsFile ~/kh1 ~/kh2
`;
    expect(await hop('gpu7', config)).toMatchObject({
      host: 'gpu7.hall.example',
      user: 'bench',
      port: 2222,
      knownAs: { name: '[gpu7.hall.example]:2222', withoutPort: 'gpu7.hall.example' },
      identityFiles: [`${home}/.ssh/bench`, `${home}/with space/bench`, '/keys/all'],
      areIdentitiesNamed: true,
      usesNamedIdentitiesOnly: true,
      deadlineMs: 5000,
      agentSocket: undefined,
    });
    expect(await hop('gpu9', config)).toMatchObject({ host: 'gpu9', user: 'somebody', port: 22 });
    expect((await hop('gpu9', config))?.knownHostsFiles.slice(0, 2)).toEqual([`${home}/kh1`, `${home}/kh2`]);
    expect(await hop('you@gpu7:7', config)).toMatchObject({ user: 'you', port: 7 });
  });

  it('asks the user before the system', async () => {
    write(
      'etc/ssh_config',
      'Host *\n  User system\n  Port 99\n  GSSAPIAuthentication yes\n  SendEnv LANG LC_*\n',
    );
    expect(await hop('gpu1', 'Host gpu1\n  User mine\n')).toMatchObject({ user: 'mine', port: 99 });
  });

  it('follows Include, relative, with patterns, inside a section too', async () => {
    write('.ssh/conf.d/1', 'Host gpu1\n  Port 1\n');
    write('.ssh/conf.d/2', 'Host gpu2\n  Port 2\n');
    write('inside', 'User inner\nHost gpu2\n  HostName two\n');
    const config =
      'Include conf.d/*\nInclude nothing/*\nHost gpu2\n  Include ~/inside\nHost *\n  User outer\n';
    expect(await hop('gpu1', config)).toMatchObject({ port: 1, user: 'outer', host: 'gpu1' });
    expect(await hop('gpu2', config)).toMatchObject({ port: 2, user: 'inner', host: 'two' });
  });

  it('refuses a file that includes itself', async () => {
    await expect(hop('gpu1', 'Include config\n')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('reads Match by name and user, negated, and final', async () => {
    const config = `
Match originalhost gpu1 !user root
  HostName one
Match host one
  Port 1
Match final host one
  ConnectTimeout 9
Match all
  User everybody
`;
    expect(await hop('gpu1', config)).toMatchObject({
      host: 'one',
      port: 1,
      user: 'everybody',
      deadlineMs: 9000,
    });
    expect(await hop('root@gpu1', config)).toMatchObject({ host: 'gpu1', port: 22, user: 'root' });
  });

  it('never runs Match exec, and refuses it only where it counts', async () => {
    const config = `Match originalhost gpu1 exec "touch ${home}/ran"\n  Port 1\n`;
    await expect(hop('gpu1', config)).rejects.toThrow('found `Match exec touch ');
    expect(await hop('gpu2', config)).toMatchObject({ port: 22 });
    expect(await hop('x', 'Host y\n  ProxyCommand nc %h %p\n')).toMatchObject({ host: 'x' });
  });

  it('knows the host under its alias', async () => {
    expect(await hop('gpu1:2222', 'HostKeyAlias Rack7\n')).toMatchObject({
      knownAs: { name: 'rack7', withoutPort: undefined },
    });
  });

  it('chains jumps, each with its own settings', async () => {
    const config = `
Host gpu*
  ProxyJump admin@inner:2200
Host inner
  ProxyJump outer
Host outer
  HostName bastion.example
  User door
`;
    expect((await hops('gpu1', config)).map(({ user, host, port }) => `${user}@${host}:${port}`)).toEqual([
      'door@bastion.example:22',
      'admin@inner:2200',
      'me@gpu1:22',
    ]);
    expect(
      (await hops('gpu1', `Host gpu1\n  ProxyJump a,b\nHost b\n  ProxyJump c\n`)).map(({ host }) => host),
    ).toEqual(['a', 'b', 'gpu1']);
    expect(await hops('gpu1', 'Host gpu1\n  ProxyJump none\nHost *\n  ProxyJump a\n')).toHaveLength(1);
    await expect(hops('gpu1', 'ProxyJump bastion\n')).rejects.toThrow('a jump to bastion over another host');
    await expect(hops('a', 'Host a\n ProxyJump b\nHost b\n ProxyJump a\n')).rejects.toThrow(
      'at most 8 jumps',
    );
  });

  it.each([
    ['ProxyCommand nc %h %p', 'found `proxycommand nc %h %p`'],
    ['PKCS11Provider /usr/lib/x.so', 'found `pkcs11provider'],
    ['KnownHostsCommand /bin/x', 'found `knownhostscommand'],
    ['RevokedHostKeys /etc/ssh/revoked', 'found `revokedhostkeys'],
    ['PubkeyAuthentication no', 'found `pubkeyauthentication no`'],
    ['CanonicalizeHostname yes', 'found `canonicalizehostname yes`'],
    ['Port none', 'expected a port, found `none`'],
    ['User %i', 'found `user %i`'],
    ['ConnectTimeout soon', 'config:1: `connecttimeout`: expected a time'],
    ['HostName', 'config:1: `hostname`: expected a value'],
    ['User a b', 'expected nothing more at the end of the line'],
    ['UseKeychain yes', 'expected a keyword of ssh_config'],
    ['\ufeffHost *', 'expected a keyword of ssh_config'],
    ['MACs hmac-sha1', 'found `macs hmac-sha1`'],
    ['IdentityFile ${NOWHERE}/x', 'expected a variable that is set, found `${NOWHERE}`'],
    ['IdentityFile ${constructor}/x', 'expected a variable that is set'],
    ['IdentityAgent ${NOWHERE}', 'expected a variable that is set'],
    ['Include ~root/x', 'the home of another user'],
    ['Match tagged x', 'expected other criteria than `Match tagged`'],
    ['Match host a all user b', 'expected `all` alone'],
    ['IdentityFile ~/.ssh/%z', 'found `%z`'],
    ['IdentityFile "open', 'expected a quote to be closed'],
    ['ProxyJump a:b', 'expected [user@]host[:port]'],
    ['ProxyJump a b', 'found `proxyjump a b`'],
    ['ProxyJump "a"', 'found `proxyjump "a"`'],
  ])('refuses `%s`', async (line, message) => {
    await expect(hop('gpu1', `${line}\n`)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('checks host keys whatever StrictHostKeyChecking says', async () => {
    expect(await hop('gpu1', 'StrictHostKeyChecking no\n')).toEqual(await hop('gpu1', ''));
  });
});

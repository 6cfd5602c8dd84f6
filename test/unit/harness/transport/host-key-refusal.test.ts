import { describe, expect, it } from 'vitest';
import { refuseHostKey } from '../../../../harness/transport/host-key-refusal.ts';
import { judgeHostKey, readKnownHosts } from '../../../../harness/transport/openssh/known-hosts.ts';
import type { SshHop } from '../../../../harness/transport/ssh-settings.ts';

const presented = 'AAAAC3NzaC1lZDI1NTE5AAAAINj1VHiAjUNIyc6Hl7BLatKlulcMRW5l5c4tfF5IklOF';
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6/e7BnlsETDbhH4Vb8ZXx7vCRVeDwLOuZtGlMgVe/i';
const hop: SshHop = {
  host: 'gpu1',
  port: 2222,
  user: 'me',
  family: 0,
  knownAs: { name: '[gpu1]:2222', withoutPort: 'gpu1', requiredRsaBits: 1024 },
  checksAddress: false,
  asksForKnownKeysFirst: true,
  algorithms: { kex: [], cipher: [], mac: [], hostKey: [] },
  knownHostsFiles: ['/home/me/.ssh/known_hosts'],
  identityFiles: [],
  certificateFiles: [],
  areIdentitiesNamed: false,
  usesNamedIdentitiesOnly: false,
  agentSocket: undefined,
  deadlineMs: 1000,
};

function refusal(
  lines: string,
  change: Partial<SshHop> = {},
  jump?: SshHop,
): { code: string; text: string; hint: string } {
  const changed = { ...hop, ...change };
  const key = Buffer.from(presented, 'base64');
  const judgement = judgeHostKey(readKnownHosts(lines, '/home/me/.ssh/known_hosts'), changed.knownAs, key);
  if (judgement.kind === 'known') throw new Error('it is known');
  const error = refuseHostKey({ name: 'node-7', hop: changed, jump, key }, judgement);
  return { code: error.code, text: error.message, hint: error.hint ?? '' };
}

describe('refuseHostKey', () => {
  it('names the fingerprint of an unknown key and the command that adds it', () => {
    const { code, text, hint } = refusal('');
    expect(code).toBe('HOST_KEY_UNKNOWN');
    expect(text).toBe(
      'node-7: expected a host key for [gpu1]:2222 in /home/me/.ssh/known_hosts; the host presents ssh-ed25519 SHA256:+DgrFZr1cLfMR+cVsFMPUf9rTxlVFIUxqw+PPOrPRYw',
    );
    expect(hint).toContain('then: ssh-keyscan -p 2222 -t ed25519 gpu1 >> /home/me/.ssh/known_hosts');
  });

  it('scans from the jump host, and under the alias', () => {
    const jump = { ...hop, host: 'bastion', port: 22 };
    expect(refusal('', {}, jump).hint).toContain(
      'then: ssh me@bastion ssh-keyscan -p 2222 -t ed25519 gpu1 >>',
    );
    expect(
      refusal('', { knownAs: { name: 'rack7', withoutPort: undefined, requiredRsaBits: 1024 } }).hint,
    ).toContain("ssh-keyscan -p 2222 -t ed25519 gpu1 | sed 's/^[^ ]*/rack7/' >> /home/me/.ssh/known_hosts");
  });

  it('says that a certificate authority is not supported', () => {
    expect(refusal(`@cert-authority [gpu1]:2222 ${other}`).text).toContain(
      'found only a certificate authority (/home/me/.ssh/known_hosts:1), which is not supported',
    );
  });

  it('shows both fingerprints of a changed key and removes the old one first', () => {
    const { code, text, hint } = refusal(`[gpu1]:2222 ${other}`);
    expect(code).toBe('HOST_KEY_CHANGED');
    expect(text).toContain(
      'the host key ssh-ed25519 SHA256:M83VLeOSc6ef4KMWgb3XLDhdcfSp+5YZwvUCFnih9mA (/home/me/.ssh/known_hosts:1); the host presents ssh-ed25519 SHA256:+DgrFZr1cLfMR+cVsFMPUf9rTxlVFIUxqw+PPOrPRYw',
    );
    expect(hint).toContain(
      "above: ssh-keygen -R '[gpu1]:2222' -f /home/me/.ssh/known_hosts && ssh-keyscan -p 2222 -t ed25519 gpu1 >> /home/me/.ssh/known_hosts",
    );
  });

  it('removes by its line what ssh-keygen -R would not find', () => {
    expect(refusal(`\n[gpu*]:2222 ${other}`).hint).toContain('sed -i 2d /home/me/.ssh/known_hosts');
  });

  it('never offers to trust a revoked key', () => {
    const { code, text, hint } = refusal(`@revoked * ssh-ed25519 ${presented}`);
    expect(code).toBe('HOST_KEY_CHANGED');
    expect(text).toContain('which /home/me/.ssh/known_hosts:1 revokes');
    expect(hint).not.toContain('ssh-keyscan');
  });
});

/** Where Assay takes what OpenSSH refuses. docs/ssh.md shows this list; tests know no other. */
export interface Difference {
  readonly name: string;
  readonly because: string;
  /** What ssh says then. */
  readonly sshSays?: RegExp;
}

export const differences: readonly Difference[] = [
  {
    name: 'names of algorithms',
    because: 'Each version of OpenSSH knows others. Those that Assay does not have are passed over.',
    sshSays: /Bad SSH2|Bad key types|Bad GSSAPI/,
  },
  {
    name: 'forwardings',
    because:
      'Assay forwards nothing: what LocalForward, RemoteForward and PermitRemoteOpen name is not looked at.',
    sshSays: /Bad forwarding specification|PermitRemoteOpen|permitremoteopen/,
  },
  {
    name: 'StrictHostKeyChecking, VerifyHostKeyDNS, NoHostAuthenticationForLocalhost',
    because:
      'Host keys are always checked against known_hosts, as with StrictHostKeyChecking yes. Nobody is asked.',
  },
  {
    name: '@cert-authority',
    because: 'Certificates of hosts are not supported: a host needs a line of its own, or is unknown.',
  },
  {
    name: 'CertificateFile',
    because:
      'Certificates of users are not supported: plain keys are offered, and AUTH_FAILED names the file.',
  },
  {
    name: 'home',
    because: '`~` and %d are $HOME where it is set. OpenSSH takes the home of the password database.',
  },
  {
    name: 'ChannelTimeout, ObscureKeystrokeTiming, WarnWeakCrypto',
    because:
      'Keywords of later versions that change nothing for Assay are taken whichever OpenSSH is installed.',
    sshSays: /Bad configuration option: (channeltimeout|obscurekeystroketiming|warnweakcrypto)/,
  },
];

/**
 * The only texts that ever reach a node's shell: fixed scripts plus values that are checked or quoted here.
 * They need `sh` and coreutils. Answers start with a nonce, because a login shell may print something first.
 */

/** Quotes any text for `sh` as one word. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const hex = (text: string): string => {
  if (!/^[0-9a-f]{16,64}$/.test(text))
    throw new RangeError(`expected 16 to 64 hexadecimal digits, got \`${text}\``);
  return text;
};

/** File systems on which an agent's state would not be local to the node. */
const remoteTypes = 'nfs*|lustre|gpfs|ceph*|smb*|cifs|fuse*|9p|v9fs|afs|beegfs*|panfs|pvfs*|ocfs*|gfs*';

/** What agent, runtime (127 MB) and evidence need in a state directory; and when agent and runtime are there already. */
const roomMiB = 256;
const roomWithCacheMiB = 32;

const runtimeCases = (runtimes: Readonly<Record<string, string>>): string =>
  Object.entries(runtimes)
    .map(([machine, hash]) => `${shellQuote(machine)}) runtime=${hex(hash)} ;;`)
    .join(' ');

/**
 * Chooses the state directory: the first candidate that is ours alone, local, writable, executable and has room; and says
 * whether the bundle with this hash is there, verified byte for byte.
 * Answers `<nonce> state <present|absent> <machine> <directory>` or `<nonce> none <directory>:<why> …`. Given
 * `runtimes`, it starts the bridge instead of answering when both the bundle and this machine's runtime are there and
 * verified: one round trip for what would take three.
 */
export const probeLine = (options: {
  nonce: string;
  hash: string;
  candidates: readonly string[];
  /** A run that may lie in one of them: then that one is taken, whatever room there is. */
  run?: string | undefined;
  /** Digests of the runtime by what `uname -m` says. */
  runtimes?: Readonly<Record<string, string>>;
}): string => `
umask 077
nonce=${hex(options.nonce)} hash=${hex(options.hash)} run=${shellQuote(options.run ?? '')} uid=$(id -u) why=
for dir in ${options.candidates.map(shellQuote).join(' ')} "/var/tmp/assay-$uid" "/tmp/assay-$uid"; do
  if [ -L "$dir" ]; then why="$why $dir:symbolic-link"; continue; fi
  mkdir -p "$dir" 2>/dev/null || { why="$why $dir:cannot-be-created"; continue; }
  [ -O "$dir" ] && chmod 700 "$dir" || { why="$why $dir:not-ours"; continue; }
  case $(stat -f -c %T "$dir") in ${remoteTypes}) why="$why $dir:network-file-system"; continue ;; esac
  held=
  [ -n "$run" ] && for it in "$dir"/runs/*/"$run"; do [ -d "$it" ] && held=yes; done
  if [ -z "$held" ]; then
  try="$dir/.try-$nonce"
  { printf '#!/bin/sh\\nexit 0\\n' > "$try" && chmod 700 "$try"; } 2>/dev/null || { rm -f "$try"; why="$why $dir:not-writable"; continue; }
  "$try" 2>/dev/null; code=$?
  rm -f "$try"
  [ $code -eq 0 ] || { why="$why $dir:noexec"; continue; }
  need=${roomMiB}
  [ -d "$dir/cache/$hash" ] && need=${roomWithCacheMiB}
  set -- $(stat -f -c '%a %S' "$dir")
  [ $(($1 * $2 / 1048576)) -ge $need ] || { why="$why $dir:no-room"; continue; }
  fi
  present=absent bundle="$dir/cache/$hash"
  if [ -f "$bundle/manifest" ] && [ "$(sha256sum < "$bundle/manifest" | cut -c1-64)" = "$hash" ] &&
    (cd "$bundle" && sha256sum -c --status manifest 2>/dev/null); then present=present; fi
  case $(uname -m) in ${runtimeCases(options.runtimes ?? {})} *) runtime= ;; esac
  node="$dir/cache/$runtime/node"
  if [ $present = present ] && [ -n "$runtime" ] && [ -x "$node" ] &&
    [ "$(sha256sum < "$node" | cut -c1-64)" = "$runtime" ]; then exec "$node" "$bundle/agent.mjs" bridge "$dir"; fi
  printf '%s state %s %s %s\\n' "$nonce" $present "$(uname -m)" "$dir"
  exit 0
done
printf '%s none%s\\n' "$nonce" "$why"
exit 1
`;

/**
 * Unpacks a bundle from standard input (a line \`<bytes> <path>\` per file, a line \`end\`, then the bytes in the
 * same order), checks it and moves it into the cache. Answers `<nonce> pushed` or `<nonce> damaged`.
 */
export const pushLine = (options: { nonce: string; hash: string; state: string }): string => `
set -e
umask 077
nonce=${hex(options.nonce)} hash=${hex(options.hash)} state=${shellQuote(options.state)}
mkdir -p "$state/cache"
new="$state/cache/.push-$nonce"
mkdir "$new"
cd "$new"
while read -r bytes path && [ "$bytes" != end ]; do printf '%s %s\\n' "$bytes" "$path" >> ../.list-$nonce; done
while read -r bytes path <&3; do
  mkdir -p "./$(dirname "$path")"
  head -c "$bytes" > "./$path"
done 3< ../.list-$nonce
rm ../.list-$nonce
if [ "$(sha256sum < manifest | cut -c1-64)" = "$hash" ] && sha256sum -c --status manifest; then
  rm -rf "$state/cache/$hash"
  mv "$new" "$state/cache/$hash"
  printf '%s pushed\\n' "$nonce"
else
  rm -rf "$new"
  printf '%s damaged\\n' "$nonce"
fi
`;

/** Starts a bridge, which runs until its standard input ends. */
export const startLine = (options: { runtime: string; hash: string; state: string }): string =>
  `exec ${shellQuote(options.runtime)} ${shellQuote(`${options.state}/cache/${hex(options.hash)}/agent.mjs`)} bridge ${shellQuote(options.state)}`;

/**
 * Removes the caches from the given state directories (the default ones when none is given), and the directories when
 * nothing else is in them: a run that is still there keeps its own. Answers `<nonce> cleaned <directories …>`.
 */
export const cleanLine = (options: { nonce: string; candidates: readonly string[] }): string => `
nonce=${hex(options.nonce)} uid=$(id -u) cleaned=
for dir in ${options.candidates.length > 0 ? options.candidates.map(shellQuote).join(' ') : '"/var/tmp/assay-$uid" "/tmp/assay-$uid"'}; do
  [ -d "$dir" ] && [ ! -L "$dir" ] && [ -O "$dir" ] || continue
  [ -d "$dir/cache" ] && rm -rf "$dir/cache" && cleaned="$cleaned $dir/cache"
  rmdir "$dir/runs" "$dir" 2>/dev/null
done
printf '%s cleaned%s\\n' "$nonce" "$cleaned"
`;

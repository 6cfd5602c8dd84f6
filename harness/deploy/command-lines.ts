import { shellQuote } from '../../workloads/kit/shell-quote.ts';
import type { Bundles } from './bundle.ts';

/**
 * The only texts that ever reach a node's shell, with those of runtime.ts: fixed scripts plus values that are checked or
 * quoted here. They need `sh`, coreutils and gzip. Answers start with a nonce, because a login shell may print something
 * first.
 */

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

/**
 * A function that tells whether a file is the runtime with a hash. The file is read (127 MB) once per boot, and when it is
 * another one, by inode, size and times, than when it was last found intact: writing to it changes a time.
 */
export const isRuntimeFunction = `is_runtime() {
  [ -x "$1" ] && seen=$(stat -L -c '%d %i %s %y %z' "$1") && [ -n "$seen" ] || return 1
  boot= known=
  read -r boot < /proc/sys/kernel/random/boot_id
  [ -f "$1.verified" ] && { read -r known < "$1.verified"; } 2>/dev/null
  seen="$2 $seen $boot"
  [ "$known" = "$seen" ] && return 0
  [ "$(sha256sum < "$1" | cut -c1-64)" = "$2" ] || return 1
  printf '%s\\n' "$seen" 2>/dev/null > "$1.verified" || :
}`;

/**
 * A function that tells whether the directory that we are in is ours and is what a path names, itself and not by a link:
 * where others may make links, one can come between any two commands, and it leads to whatever else is ours. Says in "mode" who
 * may do what there.
 */
const isHereFunction = `is_here() {
  [ -O . ] && set -- $(stat -c '%d %i %a' "$1" . 2>/dev/null) && [ $# -eq 6 ] && [ "$1 $2" = "$4 $5" ] && mode=$6
}`;

/** Unpacks what is read: a line `<bytes> <path>` per file, a line `end`, then the bytes in the same order. */
const unpackFunction = `unpack() {
  while read -r bytes path && [ "$bytes" != end ]; do printf '%s %s\\n' "$bytes" "$path"; done > list
  while read -r bytes path <&3; do
    mkdir -p "./$(dirname "$path")" && head -c "$bytes" > "./$path"
    case $path in */prebuilt/* | bin/*) chmod 700 "./$path" ;; esac
  done 3< list
  rm list
}`;

/**
 * A function that tells whether a directory is the tool pack with a digest; says in "found" what it is otherwise. Its files are
 * read once per boot, and when one is another, by inode, size and times, than when they were last found intact.
 */
const isToolpackFunction = `is_toolpack() {
  found=absent boot= known=
  [ -f "$1/manifest" ] || return 1
  found=manifest
  case $(sha256sum < "$1/manifest") in "$2 "*) ;; *) return 1 ;; esac
  read -r boot < /proc/sys/kernel/random/boot_id
  seen="$2 $boot $(cd "$1" && cut -c67- manifest | while read -r path; do stat -L -c '%d %i %s %y %z' "./$path" || echo "no $path"; done 2>/dev/null | sha256sum)"
  [ -f "$1.verified" ] && { read -r known < "$1.verified"; } 2>/dev/null
  [ "$known" = "$seen" ] && return 0
  (cd "$1" && sha256sum -c --status manifest 2>/dev/null) || {
    found=$(cd "$1" && LC_ALL=C sha256sum --quiet -c manifest 2>/dev/null | head -n 1 | cut -d: -f1)
    found=\${found:-manifest}
    return 1
  }
  printf '%s\\n' "$seen" 2>/dev/null > "$1.verified" || :
}`;

/** Sets a variable to the digest for what `uname -m` says: that under `*` where no other is. */
const chooseLine = (variable: string, digests: Readonly<Record<string, string>>): string => {
  const { '*': others, ...known } = digests;
  const cases = Object.entries(known).map(
    ([machine, hash]) => `${shellQuote(machine)}) ${variable}=${hex(hash)} ;;`,
  );
  return `case $machine in ${cases.join(' ')} *) ${variable}=${others === undefined ? 'unknown' : hex(others)} ;; esac`;
};

/** Where `node` is: at a path, or in the cache under the digest for what `uname -m` says. */
const runtimeLines = (runtime: string | Readonly<Record<string, string>>) =>
  typeof runtime === 'string'
    ? { choose: '', find: `node=${shellQuote(runtime)}`, check: '' }
    : {
        choose: chooseLine('runtime', runtime),
        find: 'node="$dir/cache/$runtime/node"',
        check: `is_runtime "$node" "$runtime" || { printf '%s runtime %s %s\\n' "$nonce" "$machine" "$dir"; exit 0; }`,
      };

/**
 * Starts the agent with its first message. Chooses the state directory: the first candidate that is ours alone, local,
 * writable, executable and has room. When the bundle for this machine is not there, byte for byte, it answers
 * `<nonce> push <machine>` and reads from standard input a line with the number of bytes and then those (`Bundle.packed`).
 * Then:
 *
 * - `<nonce> started`, and what follows is the agent's, which goes on when its standard input ends
 * - `<nonce> runtime <machine> <directory>`: the runtime for this machine is not there, or not intact
 * - `<nonce> toolpack <machine> <file> <directory>`: the tool pack is not there (`absent`), or this file of it is not intact
 * - `<nonce> ready <machine> <directory>`: all is there, and nothing was to be started
 * - `<nonce> damaged`: what arrived is not the bundle
 * - `<nonce> none <directory>:<why> …`: no candidate will do
 */
export const openLine = (options: {
  nonce: string;
  bundles: Bundles;
  candidates: readonly string[];
  /** It may lie in one of the candidates: then that one is taken, whatever room there is. */
  run: string;
  /** Path of the runtime; or the digests of those that may be in the cache, by what `uname -m` says. */
  runtime: string | Readonly<Record<string, string>>;
  /** What has to be there on machines with its processor, for tools to use. */
  toolpack?: { readonly machine: string; readonly digest: string } | undefined;
  /** The agent's first message; without one nothing is started. */
  hello: string | undefined;
}): string => {
  const { choose, find, check } = runtimeLines(options.runtime);
  const { toolpack, hello } = options;
  const hashes = Object.fromEntries(
    Object.entries(options.bundles).map(([machine, { hash }]) => [machine, hash]),
  );
  return `
umask 077
nonce=${hex(options.nonce)} run=${shellQuote(options.run)} uid=$(id -u) machine=$(uname -m) why=
is_bundle() {
  [ -f "$1/manifest" ] || return 1
  case $(sha256sum < "$1/manifest") in "$hash "*) ;; *) return 1 ;; esac
  (cd "$1" && sha256sum -c --status manifest 2>/dev/null)
}
${unpackFunction}
# Goes into a directory that is ours alone, and makes it when it is not there; says in "is" what is wrong with it.
enter() {
  is=symbolic-link
  [ ! -L "$1" ] || return 1
  is=cannot-be-created
  [ -d "$1" ] || { mkdir -p "$(dirname "$1")" && mkdir -m 700 "$1"; } 2>/dev/null || [ -d "$1" ] || return 1
  cd -P "$1" 2>/dev/null || return 1
  is=not-ours
  is_here "$1" && { [ "$mode" = 700 ] || chmod 700 .; }
}
${isHereFunction}
${isRuntimeFunction}
${toolpack === undefined ? '' : isToolpackFunction}
${chooseLine('hash', hashes)}
${choose}
for dir in ${options.candidates.map(shellQuote).join(' ')} "/var/tmp/assay-$uid" "/tmp/assay-$uid"; do
  enter "$dir" || { why="$why $dir:$is"; continue; }
  system=$(stat -f -c '%a %S %T' .)
  type=\${system#* }
  case \${type#* } in ${remoteTypes}) why="$why $dir:network-file-system"; continue ;; esac
  bundle="cache/$hash" held=
  ${find}
  for it in runs/*/"$run"; do [ -d "$it" ] && held=yes; done
  if [ -z "$held" ]; then
  try="./.try-$nonce"
  { printf '#!/bin/sh\\nexit 0\\n' > "$try" && chmod 700 "$try"; } 2>/dev/null || { rm -f "$try"; why="$why $dir:not-writable"; continue; }
  "$try" 2>/dev/null; code=$?
  rm -f "$try"
  [ $code -eq 0 ] || { why="$why $dir:noexec"; continue; }
  need=${roomMiB}
  [ -d "$bundle" ] && [ -x "$node" ] && need=${roomWithCacheMiB}
  set -- $system
  [ $(($1 * $2 / 1048576)) -ge $need ] || { why="$why $dir:no-room"; continue; }
  fi
  if ! is_bundle "$bundle"; then
    printf '%s push %s\\n' "$nonce" "$machine"
    new="cache/.push-$nonce"
    read -r bytes
    mkdir -p "$new" && head -c "$bytes" | gzip -dc | (cd "$new" && unpack)
    # Another coordinator may have been faster, and its agent be running from there.
    if is_bundle "$new" && ! is_bundle "$bundle"; then rm -rf "$bundle"; mv -T "$new" "$bundle" 2>/dev/null; fi
    rm -rf "$new"
    is_bundle "$bundle" || { printf '%s damaged\\n' "$nonce"; exit 1; }
  fi
  ${check}
  unset NODE_OPTIONS ASSAY_TOOLPACK
  ${toolpack === undefined ? '' : toolpackLines(toolpack)}
  ${hello === undefined ? `printf '%s ready %s %s\\n' "$nonce" "$machine" "$dir"; exit 0` : `printf '%s started\\n' "$nonce"`}
  NODE_COMPILE_CACHE="$dir/$bundle.compiled"
  export NODE_COMPILE_CACHE
  cd /
  # With room for young objects it need not collect garbage before its first word.
  exec "$node" --min-semi-space-size=16 "$dir/$bundle/agent.js" attach "$dir" ${shellQuote(hello ?? '')}
done
printf '%s none%s\\n' "$nonce" "$why"
exit 1
`;
};

/** Looks for a tool pack and tells the agent where it is; a machine with another processor has no use for it. */
const toolpackLines = ({
  machine,
  digest,
}: {
  readonly machine: string;
  readonly digest: string;
}): string => `
  if [ "$machine" = ${shellQuote(machine)} ]; then
    is_toolpack "cache/${hex(digest)}" ${hex(digest)} || { printf '%s toolpack %s %s %s\\n' "$nonce" "$machine" "$found" "$dir"; exit 0; }
    ASSAY_TOOLPACK="$dir/cache/${hex(digest)}"
    export ASSAY_TOOLPACK
  fi`;

/**
 * Keeps what it reads (`unpackFunction`) as a tool pack, if it has the digest. Answers `<nonce> pushed`, `<nonce> damaged <file>` or
 * `<nonce> no-room <MiB>`.
 */
export const toolpackPushLine = (options: {
  nonce: string;
  state: string;
  digest: string;
  bytes: number;
}): string => `
umask 077
nonce=${hex(options.nonce)} digest=${hex(options.digest)} state=${shellQuote(options.state)}
${unpackFunction}
${isToolpackFunction}
new="$state/cache/.push-$nonce" pack="$state/cache/$digest"
mkdir -p "$new" && set -- $(stat -f -c '%a %S' "$new")
room=$(($1 * $2 / 1048576))
if [ "$room" -lt ${Math.ceil(options.bytes / 1048576) + roomWithCacheMiB} ]; then
  rm -rf "$new"
  printf '%s no-room %s\\n' "$nonce" "$room"
  exit 1
fi
(cd "$new" && unpack)
# Another coordinator may have been faster, and tools be running from there.
if is_toolpack "$new" "$digest" && ! is_toolpack "$pack" "$digest"; then
  rm -rf "$pack" "$pack.verified"
  mv -T "$new" "$pack" 2>/dev/null
fi
rm -rf "$new" "$new.verified"
if is_toolpack "$pack" "$digest"; then printf '%s pushed\\n' "$nonce"; else printf '%s damaged %s\\n' "$nonce" "$found"; fi
`;

/**
 * Removes the caches from the given state directories (the default ones when none is given), and the directories when
 * nothing else is in them: a run that is still there keeps its own. Answers `<nonce> cleaned <directories …>`.
 */
export const cleanLine = (options: { nonce: string; candidates: readonly string[] }): string => `
nonce=${hex(options.nonce)} uid=$(id -u) cleaned=
${isHereFunction}
for dir in ${options.candidates.length > 0 ? options.candidates.map(shellQuote).join(' ') : '"/var/tmp/assay-$uid" "/tmp/assay-$uid"'}; do
  [ -d "$dir" ] && cd -P "$dir" 2>/dev/null && is_here "$dir" || continue
  [ -d cache ] && rm -rf cache && cleaned="$cleaned $dir/cache"
  rmdir runs 2>/dev/null
  cd /
  rmdir "$dir" 2>/dev/null
done
printf '%s cleaned%s\\n' "$nonce" "$cleaned"
`;

/**
 * Names (`comm`, at most 15 characters) of miners and of what restarts them: a hang-up watchdog reboots the host
 * when the hash rate falls. HiveOS runs `miner-run` and the watchdog `wd` (minershive/hiveos-linux,
 * hive/bin); gminer's program is called plain `miner`.
 */
const names: ReadonlySet<string> = new Set([
  'bfgminer',
  'bminer',
  'bmminer',
  'bosminer',
  'bzminer',
  'ccminer',
  'cgminer',
  'claymore',
  'cpuminer',
  'cpuminer-opt',
  'ethdcrminer64',
  'ethminer',
  'gminer',
  'hellminer',
  'kawpowminer',
  'lolminer',
  'miner',
  'miner-run',
  'minerd',
  'minerstat',
  'minerstat-os',
  'nanominer',
  'nbminer',
  'onezerominer',
  'phoenixminer',
  'rigel',
  'sgminer',
  'srbminer',
  'srbminer-multi',
  't-rex',
  'teamredminer',
  'trex',
  'wd',
  'wildrig',
  'wildrig-multi',
  'xmr-stak',
  'xmrig',
  'xmrig-nvidia',
]);

/** Names that other programs may have too: as a process beside a miner they count, as a word in a file they do not. */
const ambiguous: ReadonlySet<string> = new Set(['claymore', 'miner', 'rigel', 'wd']);

/** Of systems for mining, what starts all the rest (hive/etc/systemd of hiveos-linux). */
const starters: ReadonlySet<string> = new Set([
  'hive',
  'hive-console',
  'hive-watchdog',
  'hivex',
  'minerstat',
  'wd.service',
]);

/** Whether a unit or a program is for mining, by its name alone. */
export const isMiningProgram = (name: string): boolean =>
  starters.has(name.toLowerCase()) || (isMiningProcess(name) && !ambiguous.has(name.toLowerCase()));

export const isMiningProcess = (comm: string): boolean => names.has(comm.toLowerCase());

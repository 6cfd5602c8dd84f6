/** Parameters of Open MPI by name. */
export type McaSettings = Readonly<Record<string, string>>;

/** What starts the daemons of the members in place of ssh: native/launch-request.c, found on the leader's PATH. */
export const launcher = 'assay-launch';

/** MOST_RANKS of native/allreduce.c, which refuses more; a group has one rank on every member. */
export const mostRanks = 256;

/**
 * Longest list of members that a daemon is given. Open MPI writes at most 20 characters for an IPv4 address
 * (`[3:100].100.100.100,`), and the leader's host name, 64 at most, once.
 */
export const mostRegexCharacters = 8191;

/**
 * The leader starts every daemon itself: a member that starts others would need a launcher, too. All at once, since our
 * launchers stay: with more daemons than plm_rsh_num_concurrent (128 if not set) mpirun 4.1 says that it would deadlock,
 * and crashes. And each is told all members: a list as long as the threshold (1024 if not set, 50 to 70 members) is left
 * out of the words.
 */
export const launchSettings: McaSettings = {
  plm: 'rsh',
  plm_rsh_agent: launcher,
  plm_rsh_no_tree_spawn: '1',
  plm_rsh_num_concurrent: `${mostRanks}`,
  plm_base_node_regex_threshold: `${mostRegexCharacters + 1}`,
};

/** Nothing is started anywhere else, and a launcher that is named but not there would be an error. */
export const aloneSettings: McaSettings = { plm: 'isolated' };

/**
 * One way through one network, named: else Open MPI takes every interface that it finds (docker0, the management
 * network), or another transport than TCP where a site has one.
 */
export const transportSettings = (network: string): McaSettings => ({
  orte_leave_session_attached: '1',
  pml: 'ob1',
  btl: 'tcp,self',
  coll: '^hcoll,ucc',
  btl_tcp_if_include: network,
  oob_tcp_if_include: network,
  mpi_yield_when_idle: '1',
});

/** What mpirun 4.x itself adds for its daemons, given our command line (--map-by node --bind-to none). */
export const daemonSettings: McaSettings = {
  ess: 'env',
  rmaps_base_mapping_policy: 'node',
  hwloc_base_binding_policy: 'none',
  pmix: '^s1,s2,cray,isolated',
};

/** As arguments of mpirun and orted. */
export const mcaArguments = (...settings: readonly McaSettings[]): readonly string[] =>
  settings.flatMap((each) => Object.entries(each).flatMap(([name, value]) => ['--mca', name, value]));

/**
 * hwloc's plug-ins ask GPU libraries and ten X displays about the machine, over TCP to localhost where there is no
 * socket (hwloc 2.9, `strace -e connect`). Nobody here wants to know.
 */
export const quietEnvironment = { HWLOC_COMPONENTS: '-gl,-opencl,-cuda,-nvml,-rsmi,-levelzero' } as const;

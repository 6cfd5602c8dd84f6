/** Parameters of Open MPI by name. */
export type McaSettings = Readonly<Record<string, string>>;

/** What starts the daemons of the members in place of ssh: native/launch-request.c, found on the leader's PATH. */
export const launcher = 'assay-launch';

/** The leader starts every daemon itself: a member that starts others would need a launcher, too. */
export const launchSettings: McaSettings = {
  plm: 'rsh',
  plm_rsh_agent: launcher,
  plm_rsh_no_tree_spawn: '1',
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

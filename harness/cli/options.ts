// Options that several commands share; their modules are loaded for every --help.

/** Somebody vouches that machines which look used may be measured. */
export const exclusiveConfirmed = {
  type: 'boolean',
  default: false,
  describe: 'Measure machines although somebody seems to use them',
} as const;

export const sshConfig = {
  type: 'string',
  describe: 'ssh_config to use instead of your own, as ssh -F',
} as const;

/** How the nodes of a run are reached, by a user who did not start it here. */
export const ownInventory = {
  type: 'string',
  describe:
    'Inventory of your own that says how its nodes are reached (for a run that you did not start here)',
} as const;

export const out = {
  type: 'string',
  describe: 'Run directory to create (default: assay-runs/<id>)',
} as const;

export const json = { type: 'boolean', default: false, describe: 'Print the verdict document' } as const;

export const reportsOut = {
  type: 'string',
  describe: 'Folder for verdict and reports (default: <run>.report, beside the run)',
} as const;

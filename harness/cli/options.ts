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

export const rehearsal = {
  type: 'boolean',
  default: false,
  describe: 'Try things out: stand-ins for hardware count, and the verdict says nothing about any machine',
} as const;

export const facilityAck = {
  type: 'string',
  describe: 'Who watches flow and leaks while machines are loaded that are cooled by a liquid',
} as const;

export const soak = {
  type: 'string',
  describe:
    'Hours of combined load after that, 24h; without a duration as long as the profile says; less than that is a rehearsal',
} as const;

export const unattended = {
  type: 'string',
  describe: 'Who vouches for heavy load that goes on when nobody is connected, for longer than two minutes',
} as const;

export const out = {
  type: 'string',
  describe: 'Run directory to create (default: assay-runs/<id>)',
} as const;

/** A run that is there, by its place or its name. */
export const givenRun = {
  type: 'string',
  demandOption: true,
  describe: 'Run directory, or its name below assay-runs/',
} as const;

/** By which profile a run is looked at. */
export const ofProfile = { type: 'string', describe: "Profile; the run's own when not given" } as const;

export const json = { type: 'boolean', default: false, describe: 'Print the verdict document' } as const;

export const reportsOut = {
  type: 'string',
  describe: 'Folder for verdict and reports (default: <run>.report, beside the run)',
} as const;

export const contract = {
  type: 'string',
  describe: "The customer's own numbers for this purpose and one class of machine (YAML): docs/contract.md",
} as const;

export const key = { type: 'string', describe: 'Private key to sign with: docs/evidence.md' } as const;

export const signer = {
  type: 'string',
  describe: 'Command that signs instead: bytes on standard input, the signature on standard output',
} as const;

export const publicKey = { type: 'string', describe: '--signer: PEM of its public key' } as const;

/** A passphrase stands neither in arguments nor in the environment, which other processes can read. */
export const passphraseFd = {
  type: 'number',
  describe: 'File descriptor with the passphrase of a key (default: ask at the terminal)',
} as const;

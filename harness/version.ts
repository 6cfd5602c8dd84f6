import manifest from '../package.json' with { type: 'json' };

/** The version of Assay that writes a document. */
export const assayVersion: string = manifest.version;

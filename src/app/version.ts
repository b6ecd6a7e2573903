import manifest from '../../package.json' with { type: 'json' };

/** The version of the package this command was built from. */
export const version: string = manifest.version;

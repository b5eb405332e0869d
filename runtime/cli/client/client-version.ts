import packageFile from '../../../package.json' with { type: 'json' };

/** Version of this client: berth's own. */
export const clientVersion = packageFile.version;

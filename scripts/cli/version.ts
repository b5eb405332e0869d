import packageJson from '../../package.json' with { type: 'json' };

/** The version of berth, from package.json. */
export function berthVersion(): string {
  return packageJson.version;
}

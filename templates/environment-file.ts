import { banner } from './banner.ts';

/**
 * The daemon's whole environment, for root's eyes alone: the variables of a proxy may hold a password, and what is in a unit
 * or among the arguments of a process everybody may read. systemd.exec(5) (`EnvironmentFile=`, systemd 219 to 252) and
 * sh(1) read double quotes with these four escapes alike.
 *
 * @param environment `NAME=value` each.
 */
export function environmentFile(environment: readonly string[]): string {
  const lines = environment.map((variable) => {
    const equals = variable.indexOf('=');
    const value = variable.slice(equals + 1).replaceAll(/["\\$`]/g, '\\$&');
    return `${variable.slice(0, equals)}="${value}"\n`;
  });
  return `${banner}${lines.join('')}`;
}

/** The variables of such a file, as `NAME=value`; lines of another form are passed over. */
export function parseEnvironmentFile(text: string): readonly string[] {
  return [...text.matchAll(/^(\w+)="((?:[^"\\]|\\.)*)"$/gms)].map(
    ([, name = '', value = '']) => `${name}=${value.replaceAll(/\\(["\\$`])/g, '$1')}`,
  );
}

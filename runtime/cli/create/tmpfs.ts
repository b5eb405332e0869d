import { optionError } from './option-error.ts';

/** `HostConfig.Tmpfs` of `--tmpfs /path[:options]`. @throws OPTION_INVALID */
export function parseTmpfs(
  option: string,
  values: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const [path = '', ...options] = value.split(':');
      if (!path.startsWith('/')) {
        throw optionError(option, value, {
          wanted: '/path or /path:options',
          example: '/run:size=64m,mode=755',
        });
      }
      return [path, options.join(':')];
    }),
  );
}

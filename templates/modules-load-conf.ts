import { banner } from './banner.ts';

/** The file in modules-load.d(5): one module a line; those in `before` stay. */
export function modulesLoadConf(before: string | undefined, modules: readonly string[]): string {
  const lines = (before ?? banner).split('\n').filter((line) => line !== '');
  return `${[...new Set([...lines, ...modules])].join('\n')}\n`;
}

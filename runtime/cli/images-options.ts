import type { Command } from 'commander';
import { filtersQuery } from './filters.ts';
import type { ListOptions } from './formats.ts';
import { defineListOptions } from './formats.ts';

/** The options of `berth images`. */
export interface ImagesOptions extends ListOptions {
  readonly digests?: true;
  readonly tree?: true;
}

/** Declares {@link ImagesOptions}. */
export function defineImagesOptions(command: Command): void {
  command.argument('[repository[:tag]]', 'show only these');
  defineListOptions(command);
  command.option('--digests', 'show digests').option('--tree', 'show the platforms of each image');
}

/** The query of `GET /images/json` for the options and the pattern that was given. */
export function imagesQuery(
  [reference]: readonly string[],
  { all, filter = [] }: ImagesOptions,
): Readonly<Record<string, string | number | undefined>> {
  const named = reference === undefined ? [] : [`reference=${reference}`];
  return {
    all: all === true ? 1 : undefined,
    filters: filtersQuery([...filter, ...named]),
  };
}

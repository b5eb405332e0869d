import type { ContainerConfig } from '../model/container-config.ts';
import { goRegExp } from './go-regexp.ts';

/** Options that choose attributes, of all drivers that keep output. */
export const attributeOptions = ['labels', 'labels-regex', 'env', 'env-regex', 'tag'] as const;

/** Attributes that `labels`, `labels-regex`, `env` and `env-regex` choose of a container; those of `env` win. */
export function extraAttributes(
  options: Readonly<Record<string, string>>,
  config: Pick<ContainerConfig, 'Labels' | 'Env'>,
): Readonly<Record<string, string>> {
  const environment = (config.Env ?? [])
    .map((pair) => [pair, pair.indexOf('=')] as const)
    .filter(([, at]) => at !== -1)
    .map(([pair, at]) => [pair.slice(0, at), pair.slice(at + 1)] as const);
  const labels = Object.entries(config.Labels ?? {});
  return Object.fromEntries([
    ...labels.filter(chosenBy(options['labels'], options['labels-regex'])),
    ...environment.filter(chosenBy(options['env'], options['env-regex'])),
  ]);
}

function chosenBy(
  list = '',
  regex = '',
): (pair: readonly [name: string, value: string]) => boolean {
  const names = list.split(',');
  const pattern = regex === '' ? undefined : goRegExp(regex);
  return ([name]) => names.includes(name) || pattern?.test(name) === true;
}

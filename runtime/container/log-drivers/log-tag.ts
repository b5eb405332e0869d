import type { LogFacts } from './log-facts.ts';

/** Names that a template may ask for. */
const names: readonly (keyof LogFacts)[] = [
  'ID',
  'FullID',
  'Name',
  'Command',
  'ImageID',
  'ImageFullID',
  'ImageName',
  'Hostname',
  'DaemonName',
  'ContainerID',
  'ContainerName',
  'ContainerImageID',
  'ContainerImageName',
];

/** Functions of Docker's templates that take one text. */
const functions: Readonly<Record<string, (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  title: (text) => text.replace(/(^|\s)\S/g, (letter) => letter.toUpperCase()),
  json: (text) => JSON.stringify(text),
};

/** A dash at an end takes away the white space beside it. */
const action = /(?:\s*\{\{-\s|\{\{)\s*(.*?)\s*(?:\s-\}\}\s*|\}\})/g;

/** What is wrong with a template for tags; `undefined` when nothing is. */
export function tagProblem(template: string): string | undefined {
  const rest = template.replaceAll(action, '');
  if (rest.includes('{{')) return 'unclosed action';
  for (const [, expression = ''] of template.matchAll(action)) {
    const [field = '', ...pipe] = expression.split('|').map((part) => part.trim());
    const [first = '', last] = field.split(/\s+/);
    const name = last ?? first;
    const used = last === undefined ? pipe : [first, ...pipe];
    if (!name.startsWith('.') || !names.includes(name.slice(1) as keyof LogFacts))
      return `"${expression}" is none of {{.${names.join('}}, {{.')}}}`;
    const unknown = used.find((one) => !Object.hasOwn(functions, one));
    if (unknown !== undefined) return `function "${unknown}" not defined`;
  }
  return undefined;
}

/**
 * A tag: a template of Go's text/template (https://docs.docker.com/engine/logging/log_tags/), of which there are fields, alone or
 * with functions of one text, such as `{{.Name}}/{{.ID | upper}}`. `tagProblem` has nothing against it.
 */
export function logTag(template: string, facts: LogFacts): string {
  return template.replaceAll(action, (_, expression: string) => {
    const [field = '', ...pipe] = expression.split('|').map((part) => part.trim());
    const [first = '', last] = field.split(/\s+/);
    const used = last === undefined ? pipe : [first, ...pipe];
    const value = facts[(last ?? first).slice(1) as keyof LogFacts];
    return used.reduce((text, name) => functions[name]?.(text) ?? text, value);
  });
}

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

/** Words of Go's templates and of Docker's that there are, but that take more than one text. */
const others = [
  ...['if', 'else', 'end', 'range', 'with', 'define', 'template', 'block', 'break', 'continue'],
  ...['and', 'call', 'eq', 'ge', 'gt', 'html', 'index', 'js', 'le', 'len', 'lt', 'ne', 'not', 'or'],
  ...['print', 'printf', 'println', 'slice', 'urlquery', 'join', 'pad', 'split', 'truncate'],
];

/** A dash at an end takes away the white space beside it. */
const action = /(?:\s*\{\{-\s|\{\{)\s*(.*?)\s*(?:\s-\}\}\s*|\}\})/g;

/** What one action of a template asks for. */
function actionOf(expression: string): { readonly name: string; readonly used: readonly string[] } {
  const [field = '', ...pipe] = expression.split('|').map((part) => part.trim());
  const [first = '', last] = field.split(/\s+/);
  return { name: last ?? first, used: last === undefined ? pipe : [first, ...pipe] };
}

/**
 * What is wrong with a template for tags, with its place, in the words of Go's text/template for what that would refuse, too: what
 * cannot be parsed comes before what cannot be executed. `undefined` when nothing is.
 */
export function tagProblem(template: string): string | undefined {
  const refuse = (at: number, why: string): string =>
    `template: log-tag:${template.slice(0, at).split('\n').length}${why}`;
  const actions = [...template.matchAll(action)];
  for (const { index, 1: expression = '' } of actions) {
    if (expression === '') return refuse(index, ': missing value for command');
    const unknown = actionOf(expression).used.find(
      (one) => /^\w+$/.test(one) && !Object.hasOwn(functions, one) && !others.includes(one),
    );
    if (unknown !== undefined) return refuse(index, `: function "${unknown}" not defined`);
  }
  const open = template.replaceAll(action, (whole) => ' '.repeat(whole.length)).indexOf('{{');
  if (open !== -1) return refuse(open, ': unclosed action');
  for (const { index, 0: whole, 1: expression = '' } of actions) {
    const { name, used } = actionOf(expression);
    const isField = /^\.\w+$/.test(name);
    if (isField && names.includes(name.slice(1) as keyof LogFacts)) {
      if (used.every((one) => Object.hasOwn(functions, one))) continue;
    } else if (isField) {
      const at = index + whole.indexOf(name);
      const column = at - (template.lastIndexOf('\n', at) + 1);
      const why = `can't evaluate field ${name.slice(1)} in type *logger.Info`;
      return refuse(at, `:${column}: executing "log-tag" at <${name}>: ${why}`);
    }
    return refuse(index, `: "${expression}" is none of {{.${names.join('}}, {{.')}}}`);
  }
  return undefined;
}

/**
 * A tag: a template of Go's text/template (https://docs.docker.com/engine/logging/log_tags/), of which there are fields, alone or
 * with functions of one text, such as `{{.Name}}/{{.ID | upper}}`. `tagProblem` has nothing against it.
 */
export function logTag(template: string, facts: LogFacts): string {
  return template.replaceAll(action, (_, expression: string) => {
    const { name, used } = actionOf(expression);
    const value = facts[name.slice(1) as keyof LogFacts];
    return used.reduce((text, one) => functions[one]?.(text) ?? text, value);
  });
}

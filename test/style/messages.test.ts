import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import type { SourceFile } from './sources.ts';
import { importsOf, parse, productCode, sources } from './sources.ts';

/** Fields whose text a person reads. */
const fields = new Set(['message', 'remedy', 'seen', 'wanted', 'why', 'title', 'note', 'describe']);
/** Functions that are given text for a person. */
const speakers = new Set([
  'addHelpText',
  'description',
  'option',
  'print',
  'requiredOption',
  'say',
  'stage',
  'summary',
  'tell',
  'write',
]);
const spokenClasses = new Set(['Argument', 'Option']);

/** Words next to each other: more than a name, a path, an option or a separator. */
const words = /[a-z]{2,}[,:;]? (?!<)[a-z"]|[a-z]{3,}: $/i;

/** The fixed parts of what an expression may be, through conditions, concatenations and lists. */
function literalsOf(node: ts.Node): readonly ts.Node[] {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return [node];
  if (ts.isConditionalExpression(node)) {
    return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  }
  if (ts.isBinaryExpression(node)) return [...literalsOf(node.left), ...literalsOf(node.right)];
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(literalsOf);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return literalsOf(node.body);
  return [];
}

function fixedText(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return '';
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('0');
}

/** Expressions of a node that a person will read. */
function spokenIn(node: ts.Node): readonly ts.Node[] {
  if (ts.isPropertyAssignment(node) && fields.has(node.name.getText())) return [node.initializer];
  if (ts.isNewExpression(node) && spokenClasses.has(node.expression.getText())) {
    return node.arguments ?? [];
  }
  if (!ts.isCallExpression(node)) return [];
  const called = node.expression;
  const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
  return speakers.has(name) ? node.arguments : [];
}

/** Texts for people that stand in the code itself. */
function textsIn(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const spoken of spokenIn(node).flatMap(literalsOf)) {
      const text = fixedText(spoken);
      if (words.test(text)) found.push(`${file.path}: ${text.slice(0, 70)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

/** A JSON schema's own words are for those who write programs. */
const schemas = /-schema\.ts$/;
const speaking = productCode.filter(
  ({ path }) => /^(?:scripts|checks)\//.test(path) && !schemas.test(path),
);
const texts = speaking.flatMap(textsIn);

/** Folders whose texts are still in the code. A folder that has none any more must go from here. */
const notConverted: readonly string[] = [];
const isExcused = (text: string): boolean => notConverted.some((folder) => text.startsWith(folder));

describe('what a person reads', () => {
  test('comes from messages/, in scripts and checks', () => {
    expect(texts.filter((text) => !isExcused(text))).toEqual([]);
  });

  test('is converted in every folder that is not on the list', () => {
    const done = notConverted.filter((folder) => !texts.some((text) => text.startsWith(folder)));
    expect(done).toEqual([]);
  });

  test('is found by this test where there is some', () => {
    const code = `
      new BerthError('USAGE', { message: \`"\${name}" is not here\`, remedy: a ? 'Do this first.' : b });
      command.option('--json', 'print it as JSON').option('-o, --output <file>');
      tell(\`waiting for \${name}\`); write(m.text()); say(\`\${a}: \${b}\`);
    `;
    expect(textsIn({ path: 'sample.ts', text: code })).toHaveLength(4);
  });
});

/** Messages of an area file, and the name under which it exports them. */
function messagesOf({
  text,
}: SourceFile): readonly { readonly table: string; readonly name: string }[] {
  const found: { table: string; name: string }[] = [];
  for (const statement of parse({ path: 'area.ts', text }).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: table, initializer } of statement.declarationList.declarations) {
      if (initializer === undefined || !ts.isObjectLiteralExpression(initializer)) continue;
      for (const property of initializer.properties) {
        if (property.name !== undefined)
          found.push({ table: table.getText(), name: property.name.getText() });
      }
    }
  }
  return found;
}

test('every message is said somewhere', () => {
  const areas = sources('messages/areas/*.ts');
  const users = [...productCode, ...areas].map((file) => ({ file, imports: importsOf(file) }));
  const unused = areas.flatMap((area) => {
    const text = users
      .filter(({ imports }) => imports.includes(area.path))
      .map(({ file }) => file.text)
      .join('\n');
    return messagesOf(area)
      .filter(({ name }) => !new RegExp(String.raw`[.\['"]${name}\b`).test(text))
      .map(({ table, name }) => `${table}.${name}`);
  });
  expect(unused).toEqual([]);
});

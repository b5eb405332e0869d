import ts from 'typescript';
import { expect, test } from 'vitest';
import type { SourceFile } from './sources.ts';
import { parse, productCode } from './sources.ts';

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** An overload's signature is documented by its first declaration. */
function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) return statement.declarationList.getText();
  const { name } = statement as ts.Statement & { name?: ts.Identifier };
  return name?.text ?? statement.getText();
}

/** Whether nothing but a line feed is between a statement and the one before it. */
function followsAtOnce(statement: ts.Statement): boolean {
  return /^\r?\n$/.test(statement.getFullText().slice(0, statement.getLeadingTriviaWidth()));
}

/**
 * Exported declarations without a TSDoc comment. A run of constants shares the comment of its first;
 * `export { x } from` is documented where `x` is declared.
 */
function undocumented(file: SourceFile): readonly string[] {
  const documented = new Set<string>();
  const { statements } = parse(file);
  return statements.flatMap((statement, index) => {
    const name = nameOf(statement);
    const before = statements[index - 1];
    const shares =
      ts.isVariableStatement(statement) &&
      before !== undefined &&
      documented.has(nameOf(before)) &&
      followsAtOnce(statement);
    if (shares || documented.has(name) || ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc)) {
      documented.add(name);
      return [];
    }
    // A constant of the kernel is explained by the manual page that its file names.
    const kernel = /^const [A-Z][A-Z0-9_]+ =/.test(name);
    return isExported(statement) && !kernel ? [`${file.path}: ${name.slice(0, 60)}`] : [];
  });
}

test('every export says what it is for', () => {
  expect(productCode.flatMap(undocumented)).toEqual([]);
});

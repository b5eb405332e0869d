import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/** The repository's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** A TypeScript file, its path from the repository's folder. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Files that match, such as `runtime/**\/*.ts`, sorted by path. */
export function sources(...patterns: readonly string[]): readonly SourceFile[] {
  return patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The product's own code, without tests and configuration. */
export const productCode = sources(
  'runtime/**/*.ts',
  'scripts/**/*.ts',
  'checks/**/*.ts',
  'templates/**/*.ts',
  'messages/**/*.ts',
);

/** Paths, from the repository's folder, of the own files that a file imports: types and `import()` too. */
export function importsOf(file: SourceFile): readonly string[] {
  const { importedFiles } = ts.preProcessFile(file.text, true, true);
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(file.path), name)));
}

/** A file's syntax tree. */
export function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
}

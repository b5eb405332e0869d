import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import ts from 'typescript';
import { errorsInChinese, jsonProblemNames, wantedKinds } from '../../messages/chinese/errors.ts';
import { remediedErrnos } from '../../messages/chinese/kernel-errors.ts';
import { catalogue, type ErrorCode } from '../../runtime/errors/catalogue.ts';
import type { SourceFile } from './sources.ts';
import { importsOf, parse, productCode } from './sources.ts';

/** Codes whose words are those of the daemon, which speaks the English of Docker. */
const daemonsWords = new Set(['IMAGE_PULL_FAILED', 'API_ERROR']);

/** Where the engine's own command lines and the programs begin: their output is Docker's, and runc's. */
const ends = new Set([
  'runtime/oci/command-line.ts',
  'runtime/cli/index.ts',
  'scripts/program/bundle-main.ts',
  'scripts/program/oci-main.ts',
  'scripts/program/warm-up.ts',
  'scripts/program/warm-up-oci.ts',
]);

/** Files whose code runs when one of scripts/ or checks/ does: imports of types load nothing. */
function loadedFiles(): readonly SourceFile[] {
  const files = new Map(productCode.map((file) => [file.path, file]));
  const loaded = new Map<string, SourceFile>();
  const queue = [...files.keys()].filter((path) => /^(?:scripts|checks)\//.test(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = files.get(path);
    if (file === undefined || loaded.has(path) || ends.has(path)) continue;
    loaded.set(path, file);
    const text = file.text.replaceAll(/^(?:import|export) type [^;]*;$/gm, '');
    queue.push(...importsOf({ path, text }).map((target) => join(target)));
  }
  return [...loaded.values()];
}

/** Codes that a file gives to errors: all that it names, but to look at an error's code. */
function givenCodes(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && Object.hasOwn(catalogue, node.text) && isGiven(node.parent)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function isGiven(parent: ts.Node): boolean {
  if (ts.isBinaryExpression(parent) || ts.isLiteralTypeNode(parent)) return false;
  return !(ts.isCallExpression(parent) && parent.expression.getText() === 'isBerthError');
}

const below = loadedFiles().filter(({ path }) => /^(?:runtime|templates)\//.test(path));
const codes = [...new Set(below.flatMap(givenCodes))].toSorted();

describe('errors of runtime/ and templates/ that scripts/ and checks/ may show', () => {
  test('are found', () => {
    expect(codes).toEqual(expect.arrayContaining(['DAEMON_UNREACHABLE', 'DAEMON_CONFIG_INVALID']));
  });

  test('have a Chinese text', () => {
    const missing = codes.filter((code) => !Object.hasOwn(errorsInChinese, code));
    expect(missing.filter((code) => !daemonsWords.has(code))).toEqual([]);
  });

  test('carry what that text needs', () => {
    const speechless = below.flatMap(carriedIn).filter(({ code, details }) => {
      const translate = errorsInChinese[code];
      return translate !== undefined && translate({ message: 'm', details }) === undefined;
    });
    expect(speechless).toEqual([]);
  });

  test('have none for a code that nobody gives', () => {
    const given = new Set(
      productCode.filter(({ path }) => /^(?:runtime|templates)\//.test(path)).flatMap(givenCodes),
    );
    expect(Object.keys(errorsInChinese).filter((code) => !given.has(code))).toEqual([]);
  });
});

interface Carried {
  readonly path: string;
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Errors with a fixed code that a file makes, and the names of their details; not those that add to others' details. */
function carriedIn(file: SourceFile): readonly Carried[] {
  const found: Carried[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'BerthError') {
      const [code, options] = node.arguments ?? [];
      const details = options === undefined ? undefined : detailsOf(options);
      if (code !== undefined && ts.isStringLiteral(code) && details !== undefined) {
        // What is given as a code is one: the compiler has seen to that.
        found.push({ path: file.path, code: code.text as ErrorCode, details });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

function detailsOf(options: ts.Expression): Carried['details'] | undefined {
  if (!ts.isObjectLiteralExpression(options)) return undefined;
  const named = options.properties.find((each) => each.name?.getText() === 'details');
  if (named === undefined) return {};
  if (!ts.isPropertyAssignment(named) || !ts.isObjectLiteralExpression(named.initializer)) {
    return undefined;
  }
  const { properties } = named.initializer;
  if (properties.some(ts.isSpreadAssignment)) return undefined;
  return Object.fromEntries(properties.map((each) => [each.name?.getText() ?? '', valueOf(each)]));
}

/** The value of a property where it is a fixed text, which may tell one error from another. */
function valueOf(property: ts.ObjectLiteralElementLike): unknown {
  const isFixed = ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer);
  return isFixed ? property.initializer.text : 'value';
}

/** Names of the properties of the table `name` in a file. */
function namesIn(path: string, name: string): readonly string[] {
  const file = productCode.find((each) => each.path === path);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name) {
      if (node.initializer !== undefined && ts.isObjectLiteralExpression(node.initializer)) {
        found.push(...node.initializer.properties.flatMap((each) => each.name?.getText() ?? []));
      }
    }
    ts.forEachChild(node, visit);
  };
  if (file !== undefined) visit(parse(file));
  return found;
}

test.each([
  ['what is wrong with a JSON text', 'runtime/config/jsonc.ts', 'meanings', jsonProblemNames],
  ['what to do about an errno', 'runtime/syscall/step-failure.ts', 'remedies', remediedErrnos],
] as const)('%s is there in Chinese, each of %s', (_what, path, table, chinese) => {
  expect(namesIn(path, table)).not.toEqual([]);
  expect([...chinese].toSorted()).toEqual(namesIn(path, table).toSorted());
});

test('what daemon.json wants of its keys is there in Chinese', () => {
  const text = productCode
    .filter(({ path }) => path.startsWith('runtime/config/'))
    .map((file) => file.text)
    .join('\n');
  const wanted = [...text.matchAll(/\b(?:error:|wanted:|wanted =)\s+'([^']+)'/g)].map(
    ([, words]) => words,
  );
  expect(wanted.length).toBeGreaterThan(40);
  expect(wanted.filter((words) => !wantedKinds.includes(words ?? ''))).toEqual([]);
});

test('the words of an error are read by messages/error-words.ts', () => {
  const others = productCode
    .filter(({ path }) => /^(?:scripts|checks)\//.test(path))
    .filter(({ text }) => /import [^;]*\bmessageOf\b[^;]*runtime\/errors/.test(text))
    .map(({ path }) => path);
  expect(others).toEqual([]);
});

import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';

/*
 * `npm run check:code`: the compiler and the linter, as `npm run check:types` and `npm run check:lint` run them, in one
 * process. Both need all files parsed and all types found, which takes the most of either: here that is done once.
 */
const repository = join(import.meta.dirname, '../..');

const program = programOf(join(repository, 'tsconfig.json'));
const diagnostics = ts.getPreEmitDiagnostics(program);
if (diagnostics.length > 0) {
  process.stdout.write(
    ts.formatDiagnosticsWithColorAndContext(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => repository,
      getNewLine: () => '\n',
    }),
  );
  throw new Error(`the compiler found ${diagnostics.length} problems`);
}
await lint(program);

/** The files of a tsconfig.json, with what the linter wants of them besides: the way from a node to that around it. */
function programOf(path: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    path,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  if (parsed === undefined) throw new Error(`"${path}" cannot be read`);
  const { fileNames: rootNames, options, errors: configFileParsingDiagnostics } = parsed;
  const host = ts.createCompilerHost(options, true);
  return ts.createProgram({ rootNames, options, host, configFileParsingDiagnostics });
}

/** Lints all files by the types of a program. Throws when there is an error or a warning. */
async function lint(typed: ts.Program): Promise<void> {
  const parserOptions = { programs: [typed], project: null };
  const eslint = new ESLint({
    cwd: repository,
    overrideConfig: [{ languageOptions: { parserOptions } }],
  });
  const results = await eslint.lintFiles(process.argv.length > 2 ? process.argv.slice(2) : ['.']);
  const formatter = await eslint.loadFormatter('stylish');
  process.stdout.write(await formatter.format(results));
  const found = results.reduce(
    (count, { errorCount, warningCount }) => count + errorCount + warningCount,
    0,
  );
  if (found > 0) throw new Error(`the linter found ${found} problems`);
}

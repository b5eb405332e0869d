import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { defineConfig } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Modules through which a process touches the host; only two rooms may use them. */
const hostModules = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:net',
  'node:dns',
  'node:dns/promises',
  'node:worker_threads',
];

export default defineConfig(
  { ignores: ['node_modules', '.cache', '**/golden'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      // What it looks for cannot be written: an enum is refused by the compiler (erasableSyntaxOnly). It took a third of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-params': ['error', 4],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // runtime/host and runtime/syscall are the door to the operating system.
    files: [
      'runtime/**/*.ts',
      'checks/**/*.ts',
      'scripts/**/*.ts',
      'templates/**/*.ts',
      'messages/**/*.ts',
    ],
    ignores: ['runtime/host/**', 'runtime/syscall/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: hostModules.map((name) => ({
            name,
            message: 'Use runtime/host: it is the only door to the operating system.',
          })),
        },
      ],
    },
  },
  {
    // Only the command line's main sets an exit code.
    files: ['**/*.ts'],
    ignores: ['scripts/main.ts', 'runtime/daemon.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Return or throw.' },
        { object: 'process', property: 'exitCode', message: 'Return or throw.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/remove-tree.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.name='rmSync'] Property[key.name='recursive']",
          message: 'Use removeTree: rmSync leaves the rest when a subfolder vanishes meanwhile.',
        },
      ],
    },
  },
  {
    files: ['*.config.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
);

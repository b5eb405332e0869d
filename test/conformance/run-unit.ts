import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { removeCgroups } from './cgroup-remains.ts';
import type { Result, Unit, UnitReport } from './suite.ts';
import { resultsOfTap } from './tap.ts';
import { removeTree } from '../support/remove-tree.ts';

/** How a unit is run. */
export interface RunOptions {
  /** A folder for what belongs to this run. Short: suites put sockets below it, whose paths have 107 bytes at most. */
  readonly work: string;
  readonly timeoutMs: number;
  /** Ends the unit before its time. */
  readonly signal?: AbortSignal;
}

let count = 0;

/** Runs one unit away from the machine (isolate.sh), and removes what it left. */
export async function runUnit(unit: Unit, options: RunOptions): Promise<UnitReport> {
  const { work, timeoutMs, signal } = options;
  count += 1;
  const folder = join(work, `berth-conformance-${process.pid}-${count}`);
  // Containers with other users than root look for their bundle below it.
  const temporary = join(work, `${process.pid}-${count}`);
  mkdirSync(folder, { recursive: true });
  mkdirSync(temporary, { recursive: true });
  try {
    const until = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
    const started = performance.now();
    const exitCode = await statusOf(unit, { folder, temporary, until });
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    const left = [...linesOf(join(folder, 'left')), ...(await removeCgroups(folder))];
    const output = readFileSync(join(folder, 'output'), 'utf8');
    const results = resultsOfTap(unit.name, output);
    return {
      unit: unit.name,
      results: judged(unit, results, exitCode, output),
      exitCode,
      seconds,
      left,
    };
  } finally {
    removeTree(folder);
    removeTree(temporary);
  }
}

/** What {@link statusOf} needs beside the unit. */
interface Place {
  readonly folder: string;
  readonly temporary: string;
  readonly until: AbortSignal;
}

async function statusOf(unit: Unit, { folder, temporary, until }: Place): Promise<number | null> {
  const output = openSync(join(folder, 'output'), 'w');
  const argv = unit.terminal === true ? inTerminal(unit.argv) : unit.argv;
  const isolate = join(import.meta.dirname, 'isolate.sh');
  const child = spawn('sh', [isolate, folder, ...argv], {
    cwd: unit.cwd ?? temporary,
    env: { ...process.env, ...unit.env, TMPDIR: temporary },
    // A pipe that never ends: `script` would tell the terminal of an end.
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  until.addEventListener('abort', () => {
    // It takes process 1 of the namespaces with it, and that one all others.
    child.kill('SIGKILL');
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  child.stdin?.destroy();
  return code;
}

/** The command with a terminal of its own, whose output goes on to our standard output. script(1), util-linux 2.38. */
function inTerminal(argv: readonly string[]): string[] {
  const command = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '--quiet', '--return', '--flush', '--command', command, '/dev/null'];
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    // It was killed before it could say.
    return [];
  }
}

/** A program that fails without saying of what, or is killed, has failed too. */
function judged(
  unit: Unit,
  results: readonly Result[],
  exitCode: number | null,
  output: string,
): Result[] {
  const own = results.map((result) =>
    result.name === `${unit.name}: ${unit.name.replace(/^[^/]*\//, '')}`
      ? { ...result, name: unit.name }
      : result,
  );
  const silent = exitCode === 0 && own.length === 0 ? unit.silent?.(output) : undefined;
  if (silent !== undefined && silent !== 'fail') return [{ name: unit.name, outcome: silent }];
  const told = own.some(({ outcome }) => outcome === 'fail') || (exitCode === 0 && own.length > 0);
  if (told && exitCode !== null) return own;
  const how = exitCode === null ? 'its time was up' : `it ended with status ${exitCode}`;
  const reason = `${output.slice(-2000)}\n${how}`;
  return [...own, { name: `${unit.name}: (the whole)`, outcome: 'fail', reason }];
}

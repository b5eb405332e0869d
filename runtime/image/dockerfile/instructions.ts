import { constants } from 'node:os';
import { posix } from 'node:path';

import type { ImageRunConfig } from '../image-config.ts';
import { changeError } from './change-error.ts';
import { commandArguments } from './command-arguments.ts';
import { expandWord } from './expand.ts';
import { exposedPorts } from './expose.ts';
import { parseHealthcheck } from './healthcheck.ts';
import { splitLine, splitWords } from './lines.ts';
import type { InstructionLine } from './lines.ts';

/** The configuration that instructions change, one after the other. */
export interface ConfigDraft {
  config: ImageRunConfig;
  /** Whether a CMD was among them: an ENTRYPOINT then leaves it. */
  commandSet: boolean;
}

/** Changes a configuration as one instruction says. @throws CONFIG_CHANGE_INVALID */
type Apply = (draft: ConfigDraft, line: InstructionLine) => void;

/** The instructions that change a configuration and no files, by their lower-case names. */
export const instructions: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['cmd', applyCommand],
  ['entrypoint', applyEntrypoint],
  ['env', applyEnvironment],
  ['expose', applyExpose],
  ['healthcheck', applyHealthcheck],
  ['label', applyLabel],
  ['onbuild', applyOnBuild],
  ['stopsignal', applyStopSignal],
  ['user', applyUser],
  ['volume', applyVolume],
  ['workdir', applyWorkdir],
]);

function applyCommand(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const { form, args } = commandArguments(line.rest, line.original);
  const Cmd = form === 'json' ? [...args] : [...shellOf(draft.config), ...args];
  draft.config = { ...draft.config, Cmd };
  draft.commandSet = args.length > 0;
}

function applyEntrypoint(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const { form, args } = commandArguments(line.rest, line.original);
  const shell = form === 'json' ? [] : shellOf(draft.config);
  draft.config = {
    ...draft.config,
    Entrypoint: args.length === 0 ? null : [...shell, ...args],
    // A command belongs to the entry point it was written for.
    ...(draft.commandSet ? {} : { Cmd: null }),
  };
}

function applyEnvironment(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const variables = [...(draft.config.Env ?? [])];
  for (const [name, value] of pairs(draft, line)) {
    const at = variables.findIndex((variable) => variable.split('=', 1)[0] === name);
    if (at === -1) variables.push(`${name}=${value}`);
    else variables[at] = `${name}=${value}`;
  }
  draft.config = { ...draft.config, Env: variables };
}

function applyLabel(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const Labels = { ...draft.config.Labels, ...Object.fromEntries(pairs(draft, line)) };
  draft.config = { ...draft.config, Labels };
}

function applyExpose(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const words = requireWords(line).flatMap((word) => expand(draft, line, word).split(/\s+/));
  const ports = words.filter((word) => word !== '').flatMap(exposedPorts);
  const added = Object.fromEntries(ports.map((port) => [port, {}]));
  draft.config = { ...draft.config, ExposedPorts: { ...draft.config.ExposedPorts, ...added } };
}

function applyHealthcheck(draft: ConfigDraft, line: InstructionLine): void {
  draft.config = { ...draft.config, Healthcheck: parseHealthcheck(line) };
}

function applyOnBuild(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const trigger = splitLine(line.rest).instruction.toUpperCase();
  if (trigger === '') throw changeError('ONBUILD requires at least one argument', line.original);
  if (trigger === 'ONBUILD') {
    throw changeError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", line.original);
  }
  if (trigger === 'FROM' || trigger === 'MAINTAINER') {
    throw changeError(`${trigger} isn't allowed as an ONBUILD trigger`, line.original);
  }
  draft.config = { ...draft.config, OnBuild: [...(draft.config.OnBuild ?? []), line.rest] };
}

function applyStopSignal(draft: ConfigDraft, line: InstructionLine): void {
  const signal = expand(draft, line, requireOne(line));
  if (!isSignal(signal)) throw changeError(`invalid signal: ${signal}`, line.original);
  draft.config = { ...draft.config, StopSignal: signal };
}

function applyUser(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  draft.config = { ...draft.config, User: expand(draft, line, requireOne(line)) };
}

function applyVolume(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const { form, args } = commandArguments(line.rest, line.original);
  const words = form === 'json' ? args : requireWords(line);
  if (words.length === 0) throw changeError('VOLUME requires at least one argument', line.original);
  const paths = words.map((word) => expand(draft, line, word.trim()));
  if (paths.includes('')) {
    throw changeError('VOLUME specified can not be an empty string', line.original);
  }
  const added = Object.fromEntries(paths.map((path) => [path, {}]));
  draft.config = { ...draft.config, Volumes: { ...draft.config.Volumes, ...added } };
}

function applyWorkdir(draft: ConfigDraft, line: InstructionLine): void {
  refuseFlags(line);
  const wanted = expand(draft, line, requireOne(line));
  if (wanted === '') throw changeError('cannot normalize nothing', line.original);
  const WorkingDir = posix.resolve('/', draft.config.WorkingDir ?? '', wanted);
  draft.config = { ...draft.config, WorkingDir };
}

/** `name=value ...`, or the old form `name value` with one value that goes to the end of the line. */
function pairs(draft: ConfigDraft, line: InstructionLine): readonly (readonly [string, string])[] {
  const name = line.instruction.toUpperCase();
  const words = requireWords(line);
  const [first = ''] = words;
  if (!first.includes('=')) {
    const match = /^(\S+)\s+([\s\S]*)$/.exec(line.rest);
    if (match === null) throw changeError(`${name} must have two arguments`, line.original);
    return [[expand(draft, line, match[1] ?? ''), expand(draft, line, match[2] ?? '')]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === -1) {
      const why = `Syntax error - can't find = in "${word}". Must be of the form: name=value`;
      throw changeError(why, line.original);
    }
    const key = expand(draft, line, word.slice(0, equals));
    if (key === '') throw changeError(`${name} names can not be blank`, line.original);
    return [key, expand(draft, line, word.slice(equals + 1))] as const;
  });
}

function requireWords(line: InstructionLine): readonly string[] {
  const words = splitWords(line.rest);
  if (words.length > 0) return words;
  const name = line.instruction.toUpperCase();
  throw changeError(`${name} requires at least one argument`, line.original);
}

function requireOne(line: InstructionLine): string {
  if (line.rest !== '') return line.rest;
  const name = line.instruction.toUpperCase();
  throw changeError(`${name} requires exactly one argument`, line.original);
}

function refuseFlags({ flags, original }: InstructionLine): void {
  const [flag] = flags;
  if (flag === undefined) return;
  throw changeError(`unknown flag: ${flag.split('=', 1)[0] ?? flag}`, original);
}

/** Variables are those that the configuration has when the instruction begins. */
function expand({ config }: ConfigDraft, line: InstructionLine, word: string): string {
  const expanded = expandWord(word, (name) =>
    config.Env?.findLast((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1),
  );
  if (expanded.kind === 'word') return expanded.text;
  throw changeError(`failed to process "${word}": ${expanded.problem}`, line.original);
}

function shellOf({ Shell }: ImageRunConfig): readonly string[] {
  return Shell === null || Shell === undefined || Shell.length === 0 ? ['/bin/sh', '-c'] : Shell;
}

function isSignal(text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 64;
  const name = text.toUpperCase().replace(/^SIG/, '');
  return `SIG${name}` in constants.signals || /^RT(?:MIN|MAX)(?:[+-]\d{1,2})?$/.test(name);
}

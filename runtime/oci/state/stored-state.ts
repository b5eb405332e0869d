import { BerthError } from '../../errors/berth-error.ts';
import type { ProcessIdentity } from '../../host/process-identity.ts';

/** The cgroups of a container, as far as they are needed after it was made. */
export interface StoredCgroup {
  /** Its own folders, the last to be removed last. Those below them are the container's, and go first. */
  readonly folders: readonly string[];
  /** The file that stops its processes, and what is written to it; absent when the host has no freezer. */
  readonly freezer?: StoredFreezer | undefined;
}

/** See `CgroupFreezer`. */
export interface StoredFreezer {
  readonly file: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly frozen: { readonly file: string; readonly text: string };
}

/** Whether a container has been made; what has become of it since is seen from its process and its gate. */
export type Phase = 'creating' | 'created';

/** Hooks that are run when the container is made already. */
export type LateHookKind = 'poststart' | 'poststop';

/** What berth keeps of a container, in `state.json` of its folder. Its config is beside it, as it was at `create`. */
export interface StoredState {
  readonly id: string;
  /** Of the config. */
  readonly ociVersion: string;
  readonly phase: Phase;
  /** In phase `creating` the berth that makes the container, later the container's first process. */
  readonly process: ProcessIdentity;
  /** Absolute. */
  readonly bundle: string;
  /** Absolute. */
  readonly rootfs: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroup: StoredCgroup;
  /** Whether the end of the first process is not the end of all: the container has no pid namespace of its own. */
  readonly sharesPids: boolean;
  /** Kinds of hooks that are still to be run, so that the config is only read again when there are some. */
  readonly lateHooks: readonly LateHookKind[];
  /** The transient unit that systemd made for it. */
  readonly systemdUnit?: string | undefined;
}

/** The form of the file; a later one cannot be read. */
const format = 1;

/** The text of a state file. */
export function stateText(state: StoredState): string {
  return `${JSON.stringify({ berth: format, ...state })}\n`;
}

/**
 * Reads the text of a state file. Written by hand and not with a schema library, which takes longer to load than `state`,
 * `kill` and `delete` take for all the rest.
 *
 * @throws OCI_STATE_INVALID with `details.field`
 */
export function parseState(text: string, path: string): StoredState {
  const file = fieldsOf(parseJson(text, path), '', path);
  if (file.value('berth') !== format) {
    throw file.wrong('berth', `${format}, the form of the file that this berth writes`);
  }
  const process = fieldsOf(file.value('process'), 'process.', path);
  const cgroup = fieldsOf(file.value('cgroup'), 'cgroup.', path);
  const freezer = cgroup.value('freezer');
  const unit = file.value('systemdUnit');
  return {
    id: file.text('id'),
    ociVersion: file.text('ociVersion'),
    phase: file.word('phase', ['creating', 'created']),
    process: { pid: process.pid('pid'), startTime: process.text('startTime') },
    bundle: file.text('bundle'),
    rootfs: file.text('rootfs'),
    created: file.text('created'),
    annotations: file.texts('annotations'),
    cgroup: {
      folders: cgroup.list('folders'),
      ...(freezer === undefined ? {} : { freezer: parseFreezer(freezer, path) }),
    },
    sharesPids: file.value('sharesPids') === true,
    lateHooks: file.list('lateHooks').filter(isLateHook),
    ...(unit === undefined ? {} : { systemdUnit: file.text('systemdUnit') }),
  };
}

function parseFreezer(json: unknown, path: string): StoredFreezer {
  const freezer = fieldsOf(json, 'cgroup.freezer.', path);
  const frozen = fieldsOf(freezer.value('frozen'), 'cgroup.freezer.frozen.', path);
  return {
    file: freezer.text('file'),
    freeze: freezer.text('freeze'),
    thaw: freezer.text('thaw'),
    frozen: { file: frozen.text('file'), text: frozen.text('text') },
  };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid({ path, field: '', problem: 'is no JSON, as if it had been cut short', cause });
  }
}

function invalid(what: {
  readonly path: string;
  readonly field: string;
  readonly problem: string;
  readonly cause?: unknown;
}): BerthError {
  const { path, field, problem, cause } = what;
  return new BerthError('OCI_STATE_INVALID', {
    message: `the state file "${path}" ${problem}`,
    remedy: 'Remove what is left of the container: berth oci delete --force <container-id>',
    details: { path, field },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads the fields of one object of the file. */
interface Fields {
  value(name: string): unknown;
  text(name: string): string;
  pid(name: string): number;
  word<const Word extends string>(name: string, words: readonly Word[]): Word;
  list(name: string): readonly string[];
  texts(name: string): Readonly<Record<string, string>>;
  wrong(name: string, wanted: string): BerthError;
}

const isLateHook = (word: string): word is LateHookKind =>
  word === 'poststart' || word === 'poststop';

const isText = (value: unknown): value is string => typeof value === 'string';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldsOf(json: unknown, prefix: string, path: string): Fields {
  const fields = isObject(json) ? json : {};
  const wrong = (name: string, wanted: string): BerthError => {
    const seen = fields[name] === undefined ? 'missing' : JSON.stringify(fields[name]);
    const problem = `has '${prefix}${name}' ${seen}, wanted ${wanted}`;
    return invalid({ path, field: `${prefix}${name}`, problem });
  };
  return {
    wrong,
    value: (name) => fields[name],
    text: (name) => {
      const value = fields[name];
      if (isText(value)) return value;
      throw wrong(name, 'a string');
    },
    pid: (name) => {
      const value = fields[name];
      if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
      throw wrong(name, 'the number of a process');
    },
    word: (name, words) => {
      const found = words.find((word) => word === fields[name]);
      if (found !== undefined) return found;
      throw wrong(name, `one of "${words.join('", "')}"`);
    },
    list: (name) => {
      const value: unknown = fields[name];
      if (Array.isArray(value) && value.every(isText)) return value;
      throw wrong(name, 'a list of strings');
    },
    texts: (name) => {
      const value = fields[name];
      if (!isObject(value)) throw wrong(name, 'an object of strings');
      return Object.fromEntries(
        Object.entries(value).map(([key, child]) => {
          if (isText(child)) return [key, child];
          throw wrong(name, 'an object of strings');
        }),
      );
    },
  };
}

import { describe, expect, test } from 'vitest';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import {
  parseState,
  stateText,
  type StoredState,
} from '../../../runtime/oci/state/stored-state.ts';

const path = '/run/berth/oci/c1/state.json';

const state: StoredState = {
  id: 'c1',
  ociVersion: '1.2.1',
  phase: 'created',
  process: { pid: 77, startTime: '123456' },
  bundle: '/b',
  rootfs: '/b/rootfs',
  created: '2026-11-22T01:02:03.004Z',
  annotations: { a: 'b' },
  cgroup: {
    folders: ['/sys/fs/cgroup/pids/berth/c1'],
    freezer: { file: 'f', freeze: '1', thaw: '0', frozen: { file: 'e', text: 'frozen 1' } },
  },
  sharesPids: true,
  lateHooks: ['poststop'],
};

function problem(text: string): BerthError {
  try {
    parseState(text, path);
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error('was read');
}

/** The text of the state with one field at another value. */
function withField(field: string, value: unknown): string {
  const json = JSON.parse(stateText(state)) as Record<string, unknown>;
  const names = field.split('.');
  const last = names.pop() ?? '';
  let at = json;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return JSON.stringify(json);
}

describe('a state file', () => {
  test('comes back as it was written', () => {
    expect(parseState(stateText(state), path)).toEqual(state);
    const bare = { ...state, cgroup: { folders: [] }, sharesPids: false, systemdUnit: 'x.scope' };
    expect(parseState(stateText(bare), path)).toEqual(bare);
  });

  test('that is cut short anywhere is refused', () => {
    const text = stateText(state).trimEnd();
    for (let length = 0; length < text.length; length += 1) {
      const { code, details, remedy } = problem(text.slice(0, length));
      expect({ code, path: details['path'] }).toEqual({ code: 'OCI_STATE_INVALID', path });
      expect(remedy).toContain('delete --force');
    }
  });

  test.each([
    ['berth', 2],
    ['berth', undefined],
    ['id', 5],
    ['phase', 'gone'],
    ['process', null],
    ['process.pid', '77'],
    ['process.pid', -1],
    ['process.startTime', undefined],
    ['bundle', undefined],
    ['rootfs', []],
    ['created', 0],
    ['annotations', ['a']],
    ['annotations', { a: 1 }],
    ['cgroup.folders', 'x'],
    ['cgroup.folders', [1]],
    ['cgroup.freezer.file', 1],
    ['cgroup.freezer.frozen', 'x'],
    ['systemdUnit', 1],
    ['lateHooks', 'poststop'],
  ])('with %s at %j is refused, and the field is named', (field, value) => {
    const { code, message, details } = problem(withField(field, value));
    expect(code).toBe('OCI_STATE_INVALID');
    const named = String(details['field']);
    expect(named.startsWith(field) || field.startsWith(named)).toBe(true);
    expect(message).toContain(`'${named}'`);
  });
});

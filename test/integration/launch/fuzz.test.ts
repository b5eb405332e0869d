import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { arbitraryConfig, type ConfigParts } from './fuzz/arbitrary-config.ts';
import { spoil, spoilings } from './fuzz/spoil.ts';
import { type Outcome, trial } from './fuzz/trial.ts';
import { Machine } from './machine.ts';

/** How many configs: `BERTH_TEST_FUZZ=5000` for a long look; `BERTH_TEST_SEED`, with `BERTH_TEST_PATH`, for the one of another run. */
const numRuns = Number(process.env['BERTH_TEST_FUZZ'] ?? 300);
const path = process.env['BERTH_TEST_PATH'];
const seed = Number(process.env['BERTH_TEST_SEED'] ?? 5);

let machine: Machine;
let before: readonly unknown[];
beforeAll(async () => {
  machine = await Machine.create();
  const scratch = `${machine.folder}/scratch`;
  mkdirSync(`${scratch}/folder/below`, { recursive: true });
  mkdirSync(`${scratch}/a,b:c`);
  writeFileSync(`${scratch}/file`, 'of the host');
  symlinkSync('folder', `${scratch}/link`);
  execFileSync('mkfifo', [`${scratch}/fifo`]);
  symlinkSync('../../../../tmp', machine.image('link-up'));
  symlinkSync('link-loop', machine.image('link-loop'));
  symlinkSync('/proc/self/cwd', machine.image('link-proc'));
  symlinkSync('/tmp', machine.image('link-abs'));
  before = ofHost();
});
afterAll(async () => {
  await machine.dispose();
});

/** What of the machine no config may change; what it may leave is looked for after each. */
function ofHost(): readonly unknown[] {
  const parameters = [
    'kernel/domainname',
    'kernel/panic',
    'kernel/shm_rmid_forced',
    'net/ipv4/ip_forward',
  ];
  return [
    hostname(),
    readdirSync('/sys/class/net').sort(),
    ...parameters.map((name) => readFileSync(`/proc/sys/${name}`, 'utf8')),
  ];
}

/** A config of the parts, over what every container has. */
function whole(parts: ConfigParts): SpecInput {
  const { spec } = machine.request(['true']);
  return {
    ociVersion: spec.ociVersion,
    root: { path: 'rootfs', readonly: parts.readonly },
    annotations: parts.annotations,
    hostname: parts.hostname,
    domainname: parts.domainname,
    hooks: parts.hooks,
    mounts: [...spec.mounts, ...(parts.mounts ?? [])],
    process: {
      user: { uid: 0, gid: 0 },
      cwd: '/',
      env: ['PATH=/bin'],
      args: ['/bin/sleep', '1000'],
      ...parts.process,
    },
    linux: {
      namespaces: spec.linux.namespaces,
      ...parts.linux,
      cgroupsPath: spec.linux.cgroupsPath,
    },
  };
}

describe('any config', () => {
  it(
    `starts as told, or an error names the field: ${numRuns} of seed ${seed}`,
    async () => {
      const outcomes: Outcome[] = [];
      const around = {
        scratch: `${machine.folder}/scratch`,
        namespaceFiles: [
          ...['net', 'ipc', 'uts', 'cgroup', 'time', 'pid', 'user'].map(
            (name) => `/proc/self/ns/${name}`,
          ),
          ...['/proc/self/ns/none', '/dev/null', '/nowhere'],
        ],
      };
      await fc.assert(
        fc.asyncProperty(arbitraryConfig(around), spoilings, async (parts, spoiled) => {
          outcomes.push(await trial(machine, spoil(whole(parts), spoiled)));
        }),
        { numRuns, seed, ...(path === undefined ? {} : { path, endOnFailure: true }) },
      );
      // Else the configs have become so wild that nothing is looked at any more.
      const ran = outcomes.filter((outcome) => outcome.kind === 'ran');
      expect(ran.length).toBeGreaterThan(numRuns / 10);
      expect(ran.filter(({ executed }) => executed).length).toBeGreaterThan(ran.length / 2);
      expect(ofHost()).toEqual(before);
    },
    20_000 + 200 * numRuns,
  );
});

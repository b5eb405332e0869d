import { describe, expect, test } from 'vitest';
import type { DesiredState } from '../../../scripts/plan/desired-state.ts';
import type { HostFacts } from '../../../scripts/plan/host-facts.ts';
import { planSteps } from '../../../scripts/plan/plan-steps.ts';
import type { Step } from '../../../scripts/steps/index.ts';

const desired: DesiredState = {
  apiSocket: '/run/berth/berth.sock',
  dockerSocket: 'leave',
  fixes: [],
  daemonArgv: ['/usr/bin/node', 'daemon.ts'],
  daemonEnvironment: ['PATH=/bin'],
  extras: { before: [], after: [], daemonConfig: {} },
};
const bare: HostFacts = {
  serviceManager: 'supervisor',
  modprobe: 'present',
  daemonConfig: undefined,
  sysctlFile: undefined,
  modulesFile: undefined,
};
/** A step in a word and what it is about. */
const name = (step: Step): string => {
  if ('path' in step) return `${step.kind} ${step.path}`;
  if ('name' in step) return `${step.kind} ${step.name}`;
  if ('key' in step) return `${step.kind} ${step.key}`;
  return 'names' in step ? `${step.kind} ${step.names.join('+')}` : step.kind;
};
const names = (want: Partial<DesiredState>, facts: Partial<HostFacts> = {}): readonly string[] =>
  planSteps({ ...desired, ...want }, { ...bare, ...facts }).map(name);

describe('planSteps', () => {
  test('a bare host gets group, folders, configuration and service, in that order', () => {
    expect(names({})).toEqual([
      'group berth',
      'make-folder /etc/berth',
      'make-folder /var/lib/berth',
      'make-folder /var/lib/berth/containers',
      'make-folder /var/lib/berth/images',
      'make-folder /var/lib/berth/mirror',
      'make-folder /var/lib/berth/networks',
      'make-folder /var/lib/berth/registries',
      'make-folder /var/lib/berth/snapshots',
      'make-folder /var/lib/berth/volumes',
      'make-folder /run/berth',
      'make-folder /var/log/berth',
      'write-file /etc/berth/daemon.json',
      'service berth',
    ]);
  });

  test('fixes come first: packages, modules, then the switches that modules bring', () => {
    const fixes = [
      { kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
      { kind: 'module', name: 'overlay' },
      { kind: 'module', name: 'overlay' },
    ] as const;
    expect(names({ fixes }, { modprobe: 'missing' }).slice(0, 7)).toEqual([
      'package kmod',
      'module overlay',
      'make-folder /etc/modules-load.d',
      'write-file /etc/modules-load.d/berth.conf',
      'sysctl net.ipv4.ip_forward',
      'make-folder /etc/sysctl.d',
      'write-file /etc/sysctl.d/60-berth.conf',
    ]);
  });

  test('a fix adds to what an earlier run wrote', () => {
    const fixes = [{ kind: 'sysctl', key: 'b.c', value: '2' }] as const;
    const steps = planSteps(
      { ...desired, fixes },
      { ...bare, sysctlFile: '# x\na.b = 1\nb.c = 0\n' },
    );
    const file = steps.find((step) => step.kind === 'write-file');
    expect(file).toMatchObject({ content: '# x\na.b = 1\nb.c = 2\n' });
  });

  test('the data root of an existing daemon.json holds unless another is asked for', () => {
    const facts = { daemonConfig: '{"data-root":"/srv/c"}' };
    expect(names({}, facts)).toContain('make-folder /srv/c/images');
    expect(names({ dataRoot: '/data' }, facts)).toContain('make-folder /data/images');
  });

  test('a data root in folders that are not there brings these along', () => {
    const made = names({ dataRoot: '/srv/deep/data' }).filter((step) => step.includes('/srv'));
    expect(made.slice(0, 4)).toEqual([
      'make-folder /srv',
      'make-folder /srv/deep',
      'make-folder /srv/deep/data',
      'make-folder /srv/deep/data/containers',
    ]);
  });

  test('another configuration makes another service definition, so that the daemon is restarted', () => {
    const service = (text: string): Step | undefined =>
      planSteps(desired, { ...bare, daemonConfig: text }).find(({ kind }) => kind === 'service');
    expect(service('{"debug":true}')).not.toEqual(service('{"debug":false}'));
    expect(service('{"debug":true}')).toEqual(service('{"debug":true}'));
  });

  test.each([
    ['systemd', '/etc/systemd/system/berth.service', 0o644],
    ['openrc', '/etc/init.d/berth', 0o755],
    ['supervisor', '/run/berth/service.json', 0o600],
  ] as const)('under %s the definition is %s', (serviceManager, path, mode) => {
    const service = planSteps(desired, { ...bare, serviceManager }).at(-1);
    expect(service).toMatchObject({ manager: serviceManager, definition: { path, mode } });
  });

  test.each([
    ['systemd', '/etc/berth/environment'],
    ['openrc', '/etc/berth/environment'],
    ['supervisor', '/run/berth/service.json'],
  ] as const)('a password of a proxy is only for root under %s', (serviceManager, path) => {
    const daemonEnvironment = ['PATH=/bin', 'HTTPS_PROXY=http://u:p%40ss@proxy:3128'];
    const service = planSteps({ ...desired, daemonEnvironment }, { ...bare, serviceManager }).at(
      -1,
    );
    if (service?.kind !== 'service') throw new Error('no service step');
    const files = [service.definition, ...(service.companions ?? [])];
    const withPassword = files.filter(({ content }) => content.includes('p%40ss'));
    expect(withPassword).toMatchObject([{ path, mode: 0o600 }]);
    // What others may read holds no digest of it either: a short password can be guessed from that.
    const [mark] = /BERTH_DEFINITION="?\w+/.exec(withPassword[0]?.content ?? '') ?? ['none'];
    expect(files.filter(({ content }) => content.includes(mark))).toEqual(withPassword);
  });

  test('undoing removes a docker.sock and a lock that the daemon left', () => {
    const service = planSteps({ ...desired, dockerSocket: 'serve' }, bare).at(-1);
    expect(service).toMatchObject({
      leftovers: ['/var/run/docker.sock', '/var/lib/berth/berthd.lock'],
    });
  });
});

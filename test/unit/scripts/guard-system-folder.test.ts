import { afterEach, expect, test } from 'vitest';
import { useLanguage } from '../../../messages/language.ts';
import { guardSystemFolder } from '../../../scripts/up/guard-system-folder.ts';

afterEach(() => {
  useLanguage('en');
});

const from = '--data-root';

test.each([
  ...['/', '//', '/./', '/etc', '/etc/berth', '/usr', '/usr/local/berth', '/bin', '/sbin/x'],
  ...['/lib', '/lib64', '/lib32/x', '/boot', '/boot/x', '/proc/1', '/sys', '/dev/shm/berth'],
  ...['/run', '/run/berth-data', '/var/run/x', '/var/lock', '/root', '/home', '/home/', '/var'],
  ...['/tmp', '/var/lib', '/var//lib/', '/srv/../etc'],
])('%s is no data root', (dataRoot) => {
  expect(() => {
    guardSystemFolder({ dataRoot, from });
  }).toThrow(expect.objectContaining({ code: 'USAGE', details: { dataRoot, from } }) as Error);
});

test.each([
  ...['/var/lib/berth', '/var/other/data', '/home/eve/berth', '/root/berth', '/srv/berth'],
  ...['/srv', '/opt/data', '/data', '/tmp/x', '/mnt/disk', '/library', '/runs', '/etcetera'],
])('%s is one', (dataRoot) => {
  expect(() => {
    guardSystemFolder({ dataRoot, from });
  }).not.toThrow();
});

test('who names it is told, in both languages', () => {
  const ask = (): void => {
    guardSystemFolder({ dataRoot: '/usr', from: '/etc/berth/daemon.json' });
  };
  expect(ask).toThrow('/etc/berth/daemon.json names "/usr" for images and containers');
  useLanguage('zh');
  expect(ask).toThrow('"/usr"，但它是系统目录');
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { makePrivateMachine, type PrivateMachine } from './support/private-machine.ts';

let machine: PrivateMachine;
const control = `Package: berth-conf
Version: 1
Architecture: all
Maintainer: Berth Test <test@berth.invalid>
Description: test
`;

beforeAll(async () => {
  machine = await makePrivateMachine('debian');
  await machine.write('/srv/conf/package/DEBIAN/control', control);
  await machine.write('/srv/conf/package/DEBIAN/conffiles', '/etc/berth-conf.conf\n');
  await machine.write('/srv/conf/package/etc/berth-conf.conf', 'as packaged\n');
  await machine.must(
    'sh',
    '-ec',
    `cd /srv/conf
dpkg-deb -b package berth-conf.deb
{ cat package/DEBIAN/control; echo "Filename: ./berth-conf.deb"; echo "Size: $(stat -c %s berth-conf.deb)"; echo "SHA256: $(sha256sum <berth-conf.deb | cut -d ' ' -f 1)"; } >Packages
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
echo 'deb [trusted=yes] file:/srv/conf ./' >/etc/apt/sources.list
apt-get update`,
  );
});
afterAll(() => machine.remove());

const options = { data: 'keep', packages: 'remove', services: 'restore' } as const;
const look = (): Promise<string> =>
  machine.must(
    'sh',
    '-c',
    "dpkg-query -W -f '${db:Status-Status} ' berth-conf; cat /etc/berth-conf.conf || true",
  );

test('what an administrator wrote into the configuration of a removed package outlives up and down', async () => {
  await machine.must('sh', '-ec', 'apt-get install -y berth-conf; apt-get remove -y berth-conf');
  await machine.write('/etc/berth-conf.conf', 'my own\n');
  const before = await look();
  expect(before).toBe('config-files my own\n');
  const step = bindStep({ kind: 'package', names: ['berth-conf'] });
  const captured: unknown = JSON.parse(JSON.stringify(await step.capture(machine)));
  await step.apply(machine);
  expect(await look()).toBe('installed my own\n');
  for (let time = 0; time < 2; time += 1) {
    expect(await step.undo({ captured, host: machine, options })).toEqual({ kind: 'undone' });
    expect(await look()).toBe(before);
  }
});

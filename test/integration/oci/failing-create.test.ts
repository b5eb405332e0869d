import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { readBundle } from '../../../runtime/oci/bundle.ts';
import { createContainer } from '../../../runtime/oci/create-container.ts';
import { OciLog } from '../../../runtime/oci/log.ts';
import { ContainerFolder } from '../../../runtime/oci/state/container-folder.ts';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
beforeAll(() => {
  machine = new OciMachine();
});
afterAll(() => {
  machine.dispose();
});

/** Fails where nothing has been written down of the container yet, which waits for its start by then. */
class FailingLog extends OciLog {
  override warn(message: string): void {
    throw new Error(message);
  }
}

it('nothing is left of a container when the first step after it was made fails', async () => {
  const id = machine.id();
  machine.config(['sleep', '1000'], { process: { capabilities: { bounding: ['CAP_NONE'] } } });
  const context = {
    version: '1.0.0',
    root: machine.root,
    log: new FailingLog({ format: 'text', level: 'info' }, systemClock),
    cgroups: 'files',
    criu: 'criu',
    workingDirectory: machine.folder,
    clock: systemClock,
    print: () => undefined,
  } as const;
  const folder = new ContainerFolder(context, id);
  const made = createContainer(context, {
    folder,
    bundle: await readBundle(machine.bundle),
    pidFile: undefined,
    consoleSocket: undefined,
    pidfdSocket: undefined,
    notifySocket: undefined,
    preserveFds: 0,
    newKeyring: true,
    pivot: 'with',
    then: 'wait',
    cgroups: 'host',
  });
  await expect(made).rejects.toThrow('CAP_NONE');
  machine.gone(id);
  const waiting = globSync('/proc/[0-9]*/mountinfo').filter((file) => {
    try {
      return readFileSync(file, 'utf8').includes(join(machine.bundle, 'rootfs'));
    } catch {
      return false;
    }
  });
  expect(waiting).toEqual([]);
});

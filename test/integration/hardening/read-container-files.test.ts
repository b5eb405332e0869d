import { describe, expect, it } from 'vitest';
import { readContainerFiles } from '../../../runtime/launch/exec/read-container-files.ts';
import { readStartTime } from '../../../runtime/launch/exec/read-start-time.ts';
import { useMachine } from './fixture.ts';

const machine = useMachine();

/**
 * For an exec berth reads the container's /etc/passwd. The container may have put a device there: to open one can restart the
 * host (a watchdog) or rewind a tape, and who opens it is in no device cgroup of the container. The defence is that what
 * is there is looked at before it is opened (`O_PATH` in runtime/launch/exec/read-container-files.ts): with O_RDONLY there
 * the first test is red.
 */
describe('what a container has in the place of its /etc/passwd', () => {
  it('is not opened when it is no file', async () => {
    // Whoever opens a pipe to write waits for one who opens it to read: so it shows.
    const script = `
      mkdir -p /etc; mkfifo /etc/passwd
      (exec 3> /etc/passwd; echo was opened) &
      trap 'echo done' USR1
      echo ready; while :; do sleep 0.05; done`;
    const running = await machine().start(machine().request(['sh', '-c', script]));
    await running.said('ready');
    const target = { pid: running.pid, startTime: (await readStartTime(running.pid)) ?? '' };
    const paths = ['/etc/passwd', '/bin/none'];
    const read = await readContainerFiles(machine().launcher, target, paths);
    expect(read.texts).toEqual([undefined, undefined]);
    expect(read.status.every((byte) => byte === 0)).toBe(true);
    running.monitor.signal(10);
    await running.said('done');
    running.monitor.signal(9);
    expect((await running.ended()).stdout).toBe('ready\ndone\n');
  });

  it('is read when it is one, and when a link inside leads to one', async () => {
    const script = `
      mkdir -p /etc; printf root > /etc/real; ln -s /../../etc/real /etc/passwd
      echo ready; sleep 1000`;
    const running = await machine().start(machine().request(['sh', '-c', script]));
    await running.said('ready');
    const target = { pid: running.pid, startTime: (await readStartTime(running.pid)) ?? '' };
    const { texts } = await readContainerFiles(machine().launcher, target, ['/etc/passwd']);
    expect(texts).toEqual(['root']);
    running.monitor.signal(9);
    await running.ended();
  });
});

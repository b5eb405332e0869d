/**
 * A thread that unpacks layers, one after the other: what `UnpackThread` starts. It is a program of its own, with few
 * imports, because each thread loads them anew. Imported by any other
 * thread, it does nothing.
 */
import { parentPort, workerData } from '../host/worker-threads.ts';
import type { ThreadData, ToThread } from './unpack-messages.ts';
import { UnpackTask } from './unpack-task.ts';

type Port = NonNullable<typeof parentPort>;

function serve(port: Port, { scratchFd }: ThreadData): void {
  let current: { readonly task: number; readonly unpacking: UnpackTask } | undefined;
  port.on('message', (message: ToThread) => {
    if (message.kind === 'unpack') {
      const unpacking = new UnpackTask(message.task, message.order, (answer) => {
        port.postMessage(answer);
      });
      current = { task: message.task, unpacking };
      void unpacking.run(scratchFd);
      return;
    }
    if (message.task === current?.task) current.unpacking.receive(message);
  });
}

const data = workerData as Partial<ThreadData> | null;
if (parentPort && data?.scratchFd !== undefined) serve(parentPort, { scratchFd: data.scratchFd });

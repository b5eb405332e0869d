import { TestDaemon } from '../api/test-daemon.ts';
import { describeClient } from './engine-suite.ts';

describeClient({
  name: "berth's engine",
  start: async () => {
    const daemon = await TestDaemon.start();
    return { socketPath: daemon.socket, stop: () => daemon.destroy() };
  },
});

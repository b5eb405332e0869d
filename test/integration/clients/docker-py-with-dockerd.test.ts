import { describe } from 'vitest';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import { describeDockerPy } from './docker-py-suite.ts';

// The reference; a machine without Debian's docker.io has only berth's own engine to try.
describe.skipIf(!hasDockerd())('the reference', () => {
  describeDockerPy({ name: 'dockerd', start: () => startDockerd() });
});

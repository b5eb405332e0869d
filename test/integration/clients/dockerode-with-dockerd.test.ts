import { describe } from 'vitest';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import { describeDockerode } from './dockerode-suite.ts';

// The reference; a machine without Debian's docker.io has only berth's own engine to try.
describe.skipIf(!hasDockerd())('the reference', () => {
  describeDockerode({ name: 'dockerd', start: () => startDockerd() });
});

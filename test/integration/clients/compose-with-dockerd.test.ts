import { describe } from 'vitest';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import { describeCompose } from './compose-suite.ts';

// The reference; a machine without Debian's docker.io has only berth's own engine to try.
describe.skipIf(!hasDockerd())('the reference', () => {
  describeCompose({ name: 'dockerd', start: () => startDockerd() });
});

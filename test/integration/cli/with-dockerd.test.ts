import { describe } from 'vitest';
import { hasDockerd, startDockerd } from './dockerd.ts';
import { describeClient } from './engine-suite.ts';

// The reference; a machine without Debian's docker.io has only berth's own engine to try.
describe.skipIf(!hasDockerd())('the reference', () => {
  describeClient({ name: 'dockerd', start: () => startDockerd() });
});

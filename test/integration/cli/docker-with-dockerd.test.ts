import { describe } from 'vitest';
import { describeDocker } from './docker-suite.ts';
import { hasDockerd, startDockerd } from './dockerd.ts';

// The reference; a machine without Debian's docker.io has only berth's own engine to try.
describe.skipIf(!hasDockerd())('the reference', () => {
  describeDocker({ name: 'dockerd', start: startDockerd });
});

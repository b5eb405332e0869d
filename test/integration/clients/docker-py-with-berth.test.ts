import { describeDockerPy } from './docker-py-suite.ts';
import { berthEngine } from './engine-for-clients.ts';

describeDockerPy(berthEngine);

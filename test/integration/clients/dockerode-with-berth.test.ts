import { describeDockerode } from './dockerode-suite.ts';
import { berthEngine } from './engine-for-clients.ts';

describeDockerode(berthEngine);

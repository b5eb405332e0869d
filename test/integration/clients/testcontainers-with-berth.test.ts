import { describeTestcontainers } from './testcontainers-suite.ts';
import { berthEngine } from './engine-for-clients.ts';

describeTestcontainers(berthEngine);

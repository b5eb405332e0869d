import { describeCompose } from './compose-suite.ts';
import { berthEngine } from './engine-for-clients.ts';

describeCompose(berthEngine);

import { startBerthd } from './berthd.ts';
import { describeDocker } from './docker-suite.ts';

describeDocker({ name: 'berth', start: startBerthd });

/**
 * Applies the sample plan to the host at argv[2] and kills itself (SIGKILL, so nothing gets to tidy up) when event
 * number argv[3] happens. Ends with 0 when there were fewer events.
 */
import { systemClock } from '../../../../runtime/host/clock.ts';
import { applyPlan } from '../../../../scripts/apply/apply-plan.ts';
import { hostAt } from '../../../../scripts/host/provision-host.ts';
import { Journal } from '../../../../scripts/journal/journal.ts';
import { planFor } from '../../../../scripts/plan/plan.ts';
import { sampleSteps } from './sample-plan.ts';

const [root = '', crashAt = ''] = process.argv.slice(2);
const host = hostAt(root);
let events = 0;
const plan = await planFor({ request: { test: true }, steps: sampleSteps }, host);
await applyPlan(plan, {
  host,
  journal: await Journal.open(host, systemClock),
  listen: () => {
    if (events === Number(crashAt)) process.kill(process.pid, 'SIGKILL');
    events += 1;
  },
});

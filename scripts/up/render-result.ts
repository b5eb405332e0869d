import { indent } from '../ui/indent.ts';
import { renderPlan } from '../plan/render-plan.ts';
import type { UpResult } from './result.ts';

/** The end of `berth up`, for people. */
export function renderResult(result: UpResult, socket: string): string {
  switch (result.outcome) {
    case 'planned':
      return renderPlanned(result);
    case 'declined':
      return 'Nothing was changed.\n';
    case 'unchanged':
      return `Nothing to change: this host is set up, and the engine answers on ${socket}.\n`;
    case 'changed':
      return renderChanged(result, socket);
  }
}

function renderPlanned(result: UpResult): string {
  if (result.plan.changes.length === 0) return 'Nothing to change: this host is set up.\n';
  const saved =
    result.savedTo === undefined
      ? ''
      : `Saved to ${result.savedTo}. Apply it with: berth up --plan ${result.savedTo}\n`;
  return `${renderPlan(result.plan, 'diffs')}\n\nPlan ${result.plan.hash}. Nothing was changed.\n${saved}`;
}

function renderChanged(result: UpResult, socket: string): string {
  const { smoke } = result;
  const hello = smoke === undefined ? [] : [indent(smoke.carried.output.trim()), ''];
  const registry =
    smoke?.registry.kind === 'unavailable'
      ? [
          `warning: the same from a registry was not possible: ${smoke.registry.why}`,
          '         Containers run; pulling images does not, yet.',
          '',
        ]
      : [];
  const lines = [
    '',
    ...hello,
    ...registry,
    'berth is up.',
    `  engine    ${socket}`,
    `  try       berth run --rm hello-world`,
    `  docker    DOCKER_HOST=unix://${socket} docker ps`,
    '  look      berth status',
    '  undo      berth down',
  ];
  return `${lines.join('\n')}\n`;
}

import { upMessages as m } from '../../messages/areas/up.ts';
import { indent } from '../ui/indent.ts';
import { renderPlan } from '../plan/render-plan.ts';
import type { UpResult } from './result.ts';

/** The end of `berth up`, for people. */
export function renderResult(result: UpResult, socket: string): string {
  switch (result.outcome) {
    case 'planned':
      return renderPlanned(result);
    case 'declined':
      return `${m.declined()}\n`;
    case 'unchanged':
      return `${m.unchanged({ socket })}\n`;
    case 'changed':
      return renderChanged(result, socket);
  }
}

function renderPlanned({ plan, savedTo }: UpResult): string {
  if (plan.changes.length === 0) return `${m.nothingToDo()}\n`;
  const saved = savedTo === undefined ? '' : `${m.saved({ path: savedTo })}\n`;
  return `${renderPlan(plan, 'diffs')}\n\n${m.planned({ hash: plan.hash })}\n${saved}`;
}

function renderChanged({ smoke, summary }: UpResult, socket: string): string {
  const hello = smoke === undefined ? [] : [indent(smoke.carried.output.trim()), ''];
  const registry =
    smoke?.registry.kind === 'unavailable'
      ? [m.noRegistry({ why: smoke.registry.why }), m.noRegistryMore(), '']
      : [];
  const lines = [
    '',
    ...hello,
    ...registry,
    m.isUp(),
    m.lineEngine({ socket }),
    m.lineTry(),
    m.lineDocker({ socket }),
    ...(summary ?? []).map((line) => `  ${line}`),
    m.lineLook(),
    m.lineUndo(),
  ];
  return `${lines.join('\n')}\n`;
}

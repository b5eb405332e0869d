import type { ContainerEvent } from '../../container/events/container-event.ts';
import type { VolumeEvent } from '../../container/events/volume-event.ts';
import { matchesLabels } from '../../container/query/filters.ts';
import type { Filters } from '../../container/query/filters.ts';
import type { ImageEvent } from '../../image/image-events.ts';
import type { NetworkEvent } from '../../network/lifecycle/network-event.ts';
import { withoutTag } from '../../image/reference.ts';

/** One thing that happened to one object, as `docker events` tells of it. */
export interface EventMessage {
  readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon';
  readonly action: string;
  /** Id of the object; for an image that was pulled or pushed, and for a volume, its name; empty of `prune`. */
  readonly id: string;
  /** Image of a container, as the client named it; name of an image. */
  readonly image: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}

/** What happened to a container. */
export function containerMessage(event: ContainerEvent): EventMessage {
  const { image, name } = event;
  return {
    type: 'container',
    action: event.action,
    id: event.containerId,
    image,
    attributes: {
      ...event.labels,
      ...(event.containerId === '' ? {} : { image, name }),
      ...event.attributes,
    },
    timeMs: event.timeMs,
  };
}

/** What happened to an image, just now. */
export function imageMessage(event: ImageEvent, timeMs: number): EventMessage {
  return {
    type: 'image',
    action: event.action,
    id: event.subject,
    image: event.attributes['name'] ?? '',
    attributes: { ...event.labels, ...event.attributes },
    timeMs,
  };
}

/** What happened to a volume. */
export function volumeMessage({ action, name, attributes, timeMs }: VolumeEvent): EventMessage {
  return { type: 'volume', action, id: name, image: '', attributes, timeMs };
}

/** What happened to a network. */
export function networkMessage({ action, id, attributes, timeMs }: NetworkEvent): EventMessage {
  return { type: 'network', action, id, image: '', attributes, timeMs };
}

/** What happened to berthd itself. */
export function daemonMessage(
  action: 'reload',
  { id, attributes, timeMs }: Pick<EventMessage, 'id' | 'attributes' | 'timeMs'>,
): EventMessage {
  return { type: 'daemon', action, id, image: '', attributes, timeMs };
}

/** Filters by kinds of objects: an id or a name, or how one begins, whatever the event is about. */
const objects = [
  ...(['container', 'volume', 'network', 'daemon', 'plugin'] as const),
  ...(['service', 'node', 'secret', 'config'] as const),
];

/** All filters of `GET /events`. */
export const eventFilters: readonly string[] = [
  ...objects,
  ...['event', 'image', 'label', 'type', 'scope'],
];

/** Actions that say after a colon what came of it: who asks for one by its word alone asks for how they begin. */
const wordsWithMore = ['health_status', 'exec_create', 'exec_start'];

/** Whether an event passes the filters of `GET /events`; the rules are Docker's. */
export function isWanted(message: EventMessage, filters: Filters): boolean {
  const { type, action, id, attributes } = message;
  const passes = (key: string, holds: (wanted: string) => boolean): boolean =>
    filters.get(key)?.some(holds) ?? true;
  const name = attributes['name'] ?? '';
  const byBeginning = filters.get('event')?.some((word) => wordsWithMore.includes(word));
  const image = type === 'image' ? name : (attributes['image'] ?? '');
  const images = [id, image, withoutTag(id), withoutTag(image)];
  return (
    passes('type', (wanted) => wanted === type) &&
    passes('event', (wanted) => (byBeginning ? action.startsWith(wanted) : action === wanted)) &&
    passes('scope', (wanted) => wanted === 'local') &&
    objects.every((key) =>
      passes(key, (wanted) => id.startsWith(wanted) || name.startsWith(wanted)),
    ) &&
    passes('image', (wanted) => images.includes(wanted)) &&
    matchesLabels(filters.get('label') ?? [], attributes)
  );
}

/** An event as `GET /events` has it; containers and images have their older fields, too. */
export function eventView(message: EventMessage): Readonly<Record<string, unknown>> {
  const { type, action, id, image, attributes, timeMs } = message;
  const hasOlder = type === 'container' || type === 'image';
  return {
    ...(hasOlder ? { status: action } : {}),
    ...(hasOlder && id !== '' ? { id } : {}),
    ...(type === 'container' && image !== '' ? { from: image } : {}),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Math.floor(timeMs / 1000),
    timeNano: timeMs * 1_000_000,
  };
}

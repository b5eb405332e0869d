import type { ContainerEvent } from '../../container/events/container-event.ts';
import type { DaemonEvent } from '../services.ts';
import type { VolumeEvent } from '../../container/events/volume-event.ts';
import { matchesLabels } from '../../container/query/filters.ts';
import type { Filters } from '../../container/query/filters.ts';
import type { ImageEvent } from '../../image/image-events.ts';

/** One thing that happened to one object, as `docker events` tells of it. */
export interface EventMessage {
  readonly type: 'container' | 'daemon' | 'image' | 'volume';
  readonly action: string;
  /** Id of the object; for an image that was pulled or pushed, and for a volume, its name. */
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

/** What happened to the daemon itself. */
export function daemonMessage({ action, id, attributes, timeMs }: DaemonEvent): EventMessage {
  return { type: 'daemon', action, id, image: '', attributes, timeMs };
}

/** Whether an event passes the filters of `GET /events`. */
export function isWanted(message: EventMessage, filters: Filters): boolean {
  const { type, action, id, image, attributes } = message;
  const matches = (key: string, values: readonly string[]): boolean =>
    filters.get(key)?.some((wanted) => values.includes(wanted)) ?? true;
  const containers = filters.get('container');
  const images = type === 'image' ? [id, image, withoutTag(id)] : [image, withoutTag(image)];
  return (
    matches('type', [type]) &&
    matches('event', [
      action,
      action.replace(/^(exec_create|exec_start|health_status): .*$/s, '$1'),
    ]) &&
    matches('image', images) &&
    matches('scope', ['local']) &&
    (type !== 'volume' ? !filters.has('volume') : matches('volume', [id])) &&
    matchesLabels(filters.get('label') ?? [], attributes) &&
    (filters
      .get('daemon')
      ?.some((name) => type === 'daemon' && [id, attributes['name']].includes(name)) ??
      true) &&
    (containers?.some((name) => name === attributes['name'] || id.startsWith(name)) ?? true)
  );
}

/** `name` of `name:tag`; Docker lets an image be filtered by either. */
function withoutTag(name: string): string {
  return name.replace(/:[^/:]*$/, '');
}

/** An event as `GET /events` has it. */
export function eventView(message: EventMessage): Readonly<Record<string, unknown>> {
  const { type, action, id, image, attributes, timeMs } = message;
  return {
    status: action,
    id,
    ...(type === 'container' ? { from: image } : {}),
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Math.floor(timeMs / 1000),
    timeNano: timeMs * 1_000_000,
  };
}

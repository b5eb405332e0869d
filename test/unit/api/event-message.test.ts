import { describe, expect, test } from 'vitest';

import {
  containerMessage,
  eventView,
  imageMessage,
  isWanted,
} from '../../../runtime/api/system/event-message.ts';
import { digestOf } from '../../../runtime/image/digest.ts';

const id = digestOf('image');
const tagged = imageMessage(
  { action: 'tag', subject: id, labels: { team: 'a' }, attributes: { name: 'app:1' } },
  1_700_000_000_123,
);
const pulled = imageMessage(
  {
    action: 'pull',
    subject: 'reg.io:5000/app:1',
    labels: {},
    attributes: { name: 'reg.io:5000/app' },
  },
  0,
);
const started = containerMessage({
  action: 'start',
  containerId: 'c0ffee',
  name: 'web',
  image: 'app:1',
  labels: { team: 'a' },
  attributes: {},
  timeMs: 0,
});

test('an image event, as Docker has it', () => {
  expect(eventView(tagged)).toEqual({
    status: 'tag',
    id,
    Type: 'image',
    Action: 'tag',
    Actor: { ID: id, Attributes: { team: 'a', name: 'app:1' } },
    scope: 'local',
    time: 1_700_000_000,
    timeNano: 1_700_000_000_123_000_000,
  });
});

test('a container event tells its image', () => {
  expect(eventView(started)).toMatchObject({
    from: 'app:1',
    Type: 'container',
    Actor: { ID: 'c0ffee', Attributes: { image: 'app:1', name: 'web' } },
  });
});

test('a filter of an event takes the word alone, whatever follows it', () => {
  const message = containerMessage({
    action: 'health_status: healthy',
    containerId: 'c0ffee',
    name: 'web',
    image: 'app:1',
    labels: {},
    attributes: {},
    timeMs: 1,
  });
  const passes = (event: string): boolean => isWanted(message, new Map([['event', [event]]]));
  expect(['health_status', 'health_status: healthy', 'exec_create'].map(passes)).toEqual([
    true,
    true,
    false,
  ]);
});

describe('filters', () => {
  test.each([
    [{}, true, true, true],
    [{ type: ['image'] }, true, true, false],
    [{ type: ['container'] }, false, false, true],
    [{ event: ['tag', 'start'] }, true, false, true],
    [{ image: ['app:1'] }, true, false, true],
    [{ image: ['reg.io:5000/app'] }, false, true, false],
    [{ image: ['reg.io:5000/app:1'] }, false, true, false],
    [{ image: ['app'] }, true, false, true],
    [{ label: ['team=a'] }, true, false, true],
    [{ container: ['web'] }, false, false, true],
    [{ container: ['c0f'] }, false, false, true],
    [{ scope: ['swarm'] }, false, false, false],
    [{ daemon: ['web'] }, false, false, true],
    [{ network: ['we', 'reg'] }, false, true, true],
  ])('%j', (filters, ...wanted) => {
    const map = new Map(Object.entries(filters));
    expect([tagged, pulled, started].map((message) => isWanted(message, map))).toEqual(wanted);
  });
});

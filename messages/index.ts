import { commandLineMessages } from './areas/command-line.ts';
import { commonMessages } from './areas/common.ts';
import { oldDockerMessages } from './areas/old-docker.ts';
import { upMessages } from './areas/up.ts';
import { verbMessages } from './areas/verbs.ts';
import type { Phrase, Text } from './message.ts';

/** A message of any kind, as tests look at it. */
type AnyMessage = Text | Phrase<never>;

/**
 * Every message that berth says to people, by area: the one table of them. A new area is a file in `areas/` and a line
 * here.
 */
export const messages: Readonly<Record<string, Readonly<Record<string, AnyMessage>>>> = {
  commandLine: commandLineMessages,
  common: commonMessages,
  oldDocker: oldDockerMessages,
  up: upMessages,
  verbs: verbMessages,
};

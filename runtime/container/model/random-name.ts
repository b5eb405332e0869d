import { randomInt } from 'node:crypto';

/** Adjectives of generated names. */
const adjectives =
  'able agile airy amber ample apt bold brave breezy brisk calm candid canny cheery civil clear clever cosy crisp curious deft dapper daring eager earnest easy even fair fleet fond frank fresh gentle glad golden grand hardy hearty honest humble jolly jovial keen kind lively loyal lucid lucky mellow merry mighty mild modest neat nifty nimble noble patient plucky polite prime proud quick quiet rapid ready robust rosy sage salty serene sharp shiny silver sleek smooth snug sober solid spry steady stout strong sunny sturdy sure swift tidy trim trusty upbeat valiant vivid warm wise witty zesty'.split(
    ' ',
  );

/** Ships, harbours and the people of the sea: a berth is where they come to rest. */
const nouns =
  'anchor barge barque beacon bosun bowline breaker brig bulkhead buoy capstan captain caravel catamaran clipper coaster compass coral corvette coxswain current cutter deckhand dinghy dock dolphin drifter estuary felucca ferry fjord frigate galleon galley gannet gull halyard harbour haven hawser helm jetty junk keel kelp ketch lagoon lighter lighthouse longboat lugger mariner marlin mast mooring narwhal navigator oar osprey outrigger packet pelican petrel pier pilot pinnace plover porpoise porthole quay reef rigger rudder sailor schooner seal sextant shoal skiff skipper sloop spinnaker starboard steamer tern tide tiller trawler trimaran tug voyage wharf windlass yawl'.split(
    ' ',
  );

function pick(words: readonly string[]): string {
  const word = words[randomInt(words.length)];
  if (word === undefined) throw new RangeError('a word list is empty');
  return word;
}

/** A name such as `brisk_schooner`; a later `attempt` (from 0) adds a number, so that a free name is soon found. */
export function randomName(attempt: number): string {
  const name = `${pick(adjectives)}_${pick(nouns)}`;
  return attempt < 3 ? name : `${name}${randomInt(10 ** Math.min(attempt - 2, 9))}`;
}

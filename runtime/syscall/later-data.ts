import { Address, Ref, startOfData, type Program, type Step } from './program.ts';

/**
 * From where on the initialised data of a program is used by the steps from `first` on, an offset in it; infinity when they
 * use none. What is before it may be forgotten when those steps are reached.
 *
 * An address may reach them in a variable, too, which earlier steps have set or computed: those are followed back. The kernel keeps none
 * that it is given by a call.
 */
export function laterData(
  { steps, pointers }: Pick<Program, 'steps' | 'pointers'>,
  first: number,
): number {
  let least = Infinity;
  const variables = new Set<number>();
  const use = (place: Address): void => {
    if (place.section === 'memory') variables.add(place.offset);
    if (place.section === 'data' && place !== startOfData) least = Math.min(least, place.offset);
  };
  for (let i = first; i < steps.length; i += 1) placesOf(steps[i] as Step, use);

  const beginning = steps.slice(0, first).filter(({ operation }) => operation !== 'syscall');
  for (const step of beginning) if (isStore(step)) placesOf(step, use);
  let known;
  do {
    known = variables.size;
    for (const step of beginning)
      if (step.result?.section === 'memory' && variables.has(step.result.offset))
        placesOf(step, use);
  } while (variables.size > known);

  let before;
  do {
    before = least;
    for (const { at, to } of pointers) if (at.offset >= least) use(to);
  } while (least < before);
  return least;
}

/** Writes at an address that is not known here: to any variable. */
function isStore({ operation }: Step): boolean {
  return operation === 'store64' || operation === 'copy';
}

function placesOf({ arguments: values, result }: Step, use: (place: Address) => void): void {
  for (const value of values) {
    if (value instanceof Address) use(value);
    else if (value instanceof Ref) use(value.address);
  }
  if (result) use(result);
}

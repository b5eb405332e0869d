/**
 * The six kinds of hooks, in the order of a container's life. Apart from their schema: who only names them loads no library.
 */
export const hookKinds = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const;

/** When a hook is run. */
export type HookKind = (typeof hookKinds)[number];

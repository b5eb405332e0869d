/** The scope of a repository: `repository:library/ubuntu:pull` (distribution's scope.md). */
export function repositoryScope(path: string, access: 'pull' | 'push'): string {
  return `repository:${path}:${access === 'push' ? 'pull,push' : 'pull'}`;
}

/** Scopes with one for each resource, that has the actions of all; in the order in which the resources come. */
export function mergeScopes(scopes: readonly string[]): readonly string[] {
  const actionsOf = new Map<string, Set<string>>();
  for (const scope of scopes) {
    // Names may have colons of their own: `repository:localhost:5000/app:pull`.
    const colon = scope.lastIndexOf(':');
    if (colon <= 0) continue;
    const resource = scope.slice(0, colon);
    const actions = actionsOf.get(resource) ?? new Set();
    for (const action of scope.slice(colon + 1).split(',')) actions.add(action);
    actionsOf.set(resource, actions);
  }
  return [...actionsOf].map(([resource, actions]) => `${resource}:${[...actions].join(',')}`);
}

import { AsyncLocalStorage } from 'node:async_hooks';

/** A request that is being answered. */
export interface RequestContext {
  /** See request-id.ts. */
  readonly id: string;
  /** What has ended an answer that had begun, where the answer itself tells of it: its status says nothing of that. */
  failure?: unknown;
}

const requests = new AsyncLocalStorage<RequestContext>();

/** Does something for a request: all that it begins, and what that begins, knows of it. */
export function inRequest<Result>(request: RequestContext, action: () => Result): Result {
  return requests.run(request, action);
}

/** The request that led here; `undefined` for what berthd does by itself. */
export function currentRequest(): RequestContext | undefined {
  return requests.getStore();
}

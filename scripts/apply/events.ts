/** What happens while a plan is applied or undone. Human text and `--json` are two renderings of these. */
export type ProvisionEvent =
  | {
      readonly kind: 'run-begun';
      readonly run: string;
      readonly steps: number;
      readonly resumed: boolean;
    }
  /** The undo is on disk, the step itself has not touched anything yet. */
  | { readonly kind: 'step-begun'; readonly index: number; readonly step: string }
  /** A step under way has something to tell: what it waits for. */
  | {
      readonly kind: 'step-said';
      readonly index: number;
      readonly step: string;
      readonly line: string;
    }
  | { readonly kind: 'step-touched'; readonly index: number; readonly step: string }
  | { readonly kind: 'step-applied'; readonly index: number; readonly step: string }
  | { readonly kind: 'step-unneeded'; readonly index: number; readonly step: string }
  | { readonly kind: 'run-done'; readonly run: string }
  | { readonly kind: 'rollback-begun'; readonly run: string; readonly reason: string }
  | {
      readonly kind: 'step-undone';
      readonly index: number;
      readonly step: string;
      readonly note?: string;
    }
  | {
      readonly kind: 'step-kept';
      readonly index: number;
      readonly step: string;
      readonly note: string;
    }
  | {
      readonly kind: 'undo-failed';
      readonly index: number;
      readonly step: string;
      readonly problem: string;
    }
  | { readonly kind: 'rollback-done'; readonly run: string };

/** Receives events as they happen. */
export type ProvisionListener = (event: ProvisionEvent) => void;

/** How much a report may hold and how long it may take. Tests set others. */
export interface ReportLimits {
  /** Most bytes of one file of evidence, after redaction. */
  readonly fileBytes: number;
  /** Most bytes of one collector. */
  readonly collectorBytes: number;
  /** Most bytes of all evidence. */
  readonly totalBytes: number;
  /** Most bytes that are read for one file; what lies beyond is not looked at. */
  readonly readBytes: number;
  /** Most files of one collector. */
  readonly files: number;
  /** Divides every collector's own time limit; 1 outside of tests. */
  readonly haste: number;
}

const mib = 1_048_576;

/** The limits of `berth report`. */
export const reportLimits: ReportLimits = {
  fileBytes: mib,
  collectorBytes: 8 * mib,
  totalBytes: 32 * mib,
  readBytes: 16 * mib,
  files: 300,
  haste: 1,
};

/** The version of the specification that berth carries out, and that its states have. */
export const ociSpecVersion = '1.2.1';

/** The oldest that it reads. */
export const oldestSpecVersion = '1.0.0';

/** Version of the OCI runtime specification that berth carries out: what states and features say of themselves. */
export const ociVersion = '1.2.1';

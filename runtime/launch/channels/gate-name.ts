/**
 * Name, in the run folder, of the socket on which a created container waits for its start. By itself, so that whoever only
 * looks for it loads nothing else.
 */
export const gateName = 'start.sock';

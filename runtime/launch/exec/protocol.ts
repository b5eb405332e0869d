/**
 * What the program that relays an executed process' streams and berthd say to each other. All little-endian.
 *
 * The relay connects, and says first who it is: `{token, u32 kind}`. On the control connection frames come from it and
 * messages go to it (monitor/protocol.ts: resize, signal). On the input connection plain bytes go to it; its end is the
 * end of standard input.
 */

/** Bytes that a hello begins with. */
export const tokenSize = 16;
export const helloSize = tokenSize + 8;
export const linkKind = { control: 1, stdin: 2 } as const;

/** A frame from the relay: {u32 kind, u32 payload length} and the payload. */
export const frameHeaderSize = 8;
export const frameKind = { stdout: 1, stderr: 2, exit: 3 } as const;
/** Bytes of output that one frame has at most. */
export const maxPayload = 32 * 1024;

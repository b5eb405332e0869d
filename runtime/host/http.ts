/**
 * node:http for those who need its values; types come from the module itself.
 *
 * Importing node:http by name reads all its exports, and with them lazy ones (WebSocket, MessageEvent) that load a whole
 * HTTP client nobody here uses: 40 ms of every command and of the daemon's start. This way they stay unread.
 */
const http = process.getBuiltinModule('node:http');

/** See node:http. */
export const {
  STATUS_CODES: statusTexts,
  createServer,
  ServerResponse,
  Agent: HttpAgent,
  request: startHttp,
} = http;

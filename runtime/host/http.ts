/**
 * node:http and node:https for those who need their values; types come from the modules themselves.
 *
 * Importing node:http by name reads all its exports, and with them lazy ones (WebSocket, MessageEvent) that load a whole
 * HTTP client nobody here uses: 40 ms of every command and of the daemon's start. This way they stay unread.
 */
const http = process.getBuiltinModule('node:http');
const https = process.getBuiltinModule('node:https');

/** See node:http. */
export const { createServer, ServerResponse, Agent: HttpAgent, request: startHttp } = http;

/** See node:https. */
export const { Agent: HttpsAgent, request: startHttps } = https;

/** node:https, apart from http.ts: it loads all of TLS, which the daemon's first answer can do without. */
const https = process.getBuiltinModule('node:https');

/** See node:https. */
export const { Agent: HttpsAgent, request: startHttps } = https;

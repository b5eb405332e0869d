/**
 * Docker's release keys by their fingerprints, as docs.docker.com prints them for people to compare: "Docker Release (CE
 * deb)", 4096 bit RSA, 2017-02-22, and "Docker Release (CE rpm)", the same day. Whoever serves another key serves
 * other packages.
 */
export const dockerKeys = {
  deb: ['9DC858229FC7DD38854AE2D88D81803C0EBFCD88'],
  rpm: ['060A61C51B558A7F742B77AAC52FEB6B621E9F35'],
} as const;

/** Where Docker itself serves the repository. */
export const upstreamDockerUrl = 'https://download.docker.com';

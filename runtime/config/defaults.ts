/** Where berthd listens unless daemon.json says otherwise. */
export const defaultSocket = '/run/berth/berth.sock';

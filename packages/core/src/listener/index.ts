export type { Listener, ListeningConnection, ListenRequest } from './listener.ts';

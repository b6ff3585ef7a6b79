export { type Server, type ServerOptions, startServer } from './start-server.ts';

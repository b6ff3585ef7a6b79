export { ask, createContext, execute, inDialect, run, within, type About, type Context } from './context.ts';

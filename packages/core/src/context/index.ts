export { ask, createContext, run, within, type About, type Context } from './context.ts';
export { findExtension } from './detect.ts';

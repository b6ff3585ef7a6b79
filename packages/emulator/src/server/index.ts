export { extensionFiles, writeExtensionFiles } from './extension-files.ts';
export { dataArguments, maxConnections, temporarySettings } from './settings.ts';
export { type Server, startServer } from './start-server.ts';

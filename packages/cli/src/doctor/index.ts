export { poolerFindings } from './connection.ts';
export { graphFindings, scheduleFindings } from './definitions.ts';
export { refreshFindings } from './refreshes.ts';
export { writerFindings } from './rights.ts';
export { roleFindings } from './roles.ts';

export { refreshBlock, refreshBody, refreshVariables, STORED_OUTCOME, type Attempt } from './block.ts';
export { indent } from './indent.ts';
export { SOURCES_BUSY, UNSAFE_ISOLATION } from './source-locks.ts';
export { NOT_AMONG_ITS_TABLES, VIA_PARAMETERS, VIA_SIGNATURE, viaStatement } from './via.ts';

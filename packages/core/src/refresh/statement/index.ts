export { refreshBody, refreshCommand, refreshVariables, STORED_OUTCOME, type Attempt } from './block.ts';
export { MAY_HAVE_CAUSES, MAY_NOT_CALL } from './causes.ts';
export { declarePaceOfSetting, LEFT_TO_WRITERS } from './pace.ts';
export { OURS } from './refusals.ts';
export { MAY_NOT_BECOME, NO_SUCH_ROLE } from './role.ts';
export { askedAt, declareSinceOfSetting, readSince, REFRESHED_SINCE, type Since } from './since.ts';
export { SOURCES_BUSY, SOURCES_BUSY_BY_OURSELVES, UNSAFE_ISOLATION } from './source-locks.ts';
export { NOT_A_REFRESH_FUNCTION, NOT_AMONG_ITS_TABLES, VIA_PARAMETERS, VIA_SIGNATURE, viaCommand } from './via.ts';

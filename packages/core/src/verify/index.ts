export { verifyPlan, type VerifyOptions } from './options.ts';
export type {
  DifferentResult,
  FloatTolerance,
  RowCounts,
  RowDifference,
  RowSample,
  UndecidableResult,
  UndecidableReason,
  VerifiedResult,
  VerifyResult,
} from './result.ts';
export { needsTransaction, refreshedAndVerified, verifyStreamTable } from './verify.ts';
export { verifyHere } from './verify-here.ts';

/** For every project: time enough for a machine that has much else to do. What takes longer hangs. */
export const patience = { testTimeout: 180_000, hookTimeout: 180_000 };

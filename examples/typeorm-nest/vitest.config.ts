// CommonJS, as everything in this folder. Time enough for a machine that has much else to do.
module.exports = {
  test: { name: 'typeorm-nest', include: ['test/*.test.ts'], testTimeout: 180_000, hookTimeout: 180_000 },
};

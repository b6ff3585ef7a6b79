import { startEmulator } from '@pgstream/emulator';
import { Pool } from 'pg';
import { describe, expect, test } from 'vitest';

/** A pool with connections in it, and what it hears of the server's end. */
async function usedPool(connectionString: string): Promise<{ pool: Pool; heard: string[] }> {
  const pool = new Pool({ connectionString, max: 10 });
  const heard: string[] = [];
  pool.on('error', ({ message }) => heard.push(message));
  await Promise.all(Array.from({ length: 10 }, () => pool.query('SELECT pg_sleep(0.05)')));
  return { pool, heard };
}

describe('stop()', () => {
  test('lets connections that are closing close: pg would end the process', async () => {
    for (let round = 0; round < 3; round += 1) {
      const emulator = await startEmulator({ scheduler: false });
      const { pool, heard } = await usedPool(emulator.url);
      await pool.end();
      await emulator.stop();
      expect(heard).toEqual([]);
    }
  });

  test('ends those that stay open', async () => {
    const emulator = await startEmulator({ scheduler: false });
    const { pool, heard } = await usedPool(emulator.url);
    await emulator.stop();
    expect(heard).toHaveLength(10);
    expect(new Set(heard)).toEqual(new Set(['terminating connection due to administrator command']));
    await pool.end();
  });
});

/** Nothing of ours keeps this process alive, but whoever waits for something of ours must not wait in vain. */
export async function stayingAlive<T>(work: () => Promise<T>): Promise<T> {
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  try {
    return await work();
  } finally {
    clearInterval(alive);
  }
}

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../src/program.ts';
import { PROGRAM, pgstream } from './run.ts';

/** What could come next, without what is said of each. */
async function next(...words: string[]): Promise<string[]> {
  const { out } = await pgstream(['complete', '--', ...words]);
  return out
    .trim()
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  test('knows every command, option and choice of the tree', async () => {
    const names = createProgram()
      .commands.map((command) => command.name())
      .filter((name) => name !== 'complete');
    expect(await next('')).toEqual(expect.arrayContaining(names));
    expect(await next('sta')).toEqual(['status', 'stats']);
    expect(await next('refresh', '--st')).toEqual(['--stale']);
    // The program's own options, behind a command.
    expect(await next('status', '--js')).toEqual(['--json']);
    expect(await next('graph', '--format', '')).toEqual(['tree', 'mermaid', 'dot']);
    expect(await next('graph', '--format', 'd')).toEqual(['dot']);
    expect(await next('completion', '')).toEqual(['zsh', 'bash', 'fish', 'powershell']);
  });

  test('says one line of each', async () => {
    const { out } = await pgstream(['complete', '--', 'st']);
    expect(out).toMatch(/^status\tEverything that is known of one stream table\nstats\tWhat [^\n]+\n:\d+\n$/);
  });

  test('works in bash', async () => {
    // What the package bash-completion gives to an interactive shell.
    const script = `
      pgstream() { "${process.execPath}" "${PROGRAM}" "$@"; }
      _get_comp_words_by_ref() { words=(pgstream refresh --if-busy w); cword=3; cur=w; prev=--if-busy; }
      source <(pgstream completion bash)
      complete -p pgstream
      __pgstream_complete 2>/dev/null
      echo "\${COMPREPLY[@]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    expect(stdout).toMatch(/-F __pgstream_complete pgstream\nwait\n$/);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    const isThere = spawnSync(shell, ['--version']).status === 0;
    test.runIf(isThere)(
      `for ${shell} is what it reads${isThere ? '' : ` (left out: there is no ${shell})`}`,
      async () => {
        const { code, out } = await pgstream(['completion', shell]);
        expect(code).toBe(0);
        expect(spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' })).toMatchObject({
          status: 0,
          stderr: '',
        });
      },
    );
  }

  test('of a shell that nobody knows is refused', async () => {
    expect(await pgstream(['completion', 'tcsh'])).toMatchObject({ code: 2, out: '' });
  });
});

// The workflows of .github/workflows, as actionlint reads them, and that it notices what is wrong. Needs Go and its module
// proxy, so it is no part of the test command:
//   node test/integrations/workflows/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const WORKFLOWS = join(import.meta.dirname, '../../../.github/workflows');

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'pgstream-workflows-'));
try {
  await run('go', ['install', ACTIONLINT], { env: { ...process.env, GOBIN: folder } });
  const complaints = (file) =>
    run(join(folder, 'actionlint'), ['-no-color', '-shellcheck=', '-pyflakes=', file]).then(
      () => '',
      ({ stdout }) => stdout,
    );
  const files = await readdir(WORKFLOWS);
  for (const file of files) {
    assert.equal(await complaints(join(WORKFLOWS, file)), '');
    console.log(`${file}: nothing to complain of.`);
  }

  const wrong = join(folder, 'release.yml');
  const release = await readFile(join(WORKFLOWS, 'release.yml'), 'utf8');
  await writeFile(wrong, release.replace('needs: test', 'needs: tests').replace('id-token: write', 'id-token: all'));
  const said = await complaints(wrong);
  assert.match(said, /"tests" which does not exist/);
  assert.match(said, /"all" is invalid as permission/);
  console.log('A job that is not there, and a permission that there is not, are noticed.');
} finally {
  await rm(folder, { recursive: true, force: true });
}

// The manifests and the chart of deploy/cnpg: each against the schema that its own project publishes, in which a field that does
// not exist is an error, and by the operator's own admission checks; the chart linted and rendered by Helm, and compared with the
// manifests. Needs Go and its module proxy, so it is no part of the test command:
//   node test/integrations/kubernetes/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const KUBERNETES = '1.35.0';
const MODULES = {
  kubernetes: `k8s.io/kubernetes@v${KUBERNETES}`,
  operator: 'github.com/cloudnative-pg/cloudnative-pg@v1.29.1',
  backups: 'github.com/cloudnative-pg/plugin-barman-cloud@v0.13.0',
};
const PROGRAMS = ['helm.sh/helm/v3/cmd/helm@v3.22.0', 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0'];

const CNPG = join(import.meta.dirname, '../../../deploy/cnpg');
const CHART = join(CNPG, 'chart');

const execute = promisify(execFile);
const run = (file, args, options) => execute(file, args, { maxBuffer: 2 ** 26, ...options });
const folder = await mkdtemp(join(tmpdir(), 'pgstream-kubernetes-'));
const program = (name, ...args) => run(join(folder, 'bin', name), args);
const helm = (...args) => program('helm', ...args);
const template = (...args) => helm('template', 'shop', CHART, '--kube-version', KUBERNETES, ...args);
try {
  for (const each of PROGRAMS) {
    await run('go', ['install', each], { env: { ...process.env, GOBIN: join(folder, 'bin') } });
  }
  await writeSchemas();
  await buildAdmission();

  const manifests = (await readdir(CNPG)).filter((file) => file.endsWith('.yaml'));
  assert.ok(manifests.length >= 6);
  for (const file of manifests) {
    console.log(`${file}: ${await validate(join(CNPG, file))}`);
    process.stdout.write(await admit(join(CNPG, file)));
  }

  // The check would see it: a field that is not there, one of another kind, and a value that the schema forbids.
  const cluster = await readFile(join(CNPG, 'cluster-production.yaml'), 'utf8');
  for (const [right, wrong, complaint] of [
    [
      'podAntiAffinityType: required',
      'podAntiAfinityType: required',
      /additional properties 'podAntiAfinityType' not allowed/,
    ],
    ['instances: 3', "instances: '3'", /got string, want integer/],
    ['poolMode: transaction', 'poolMode: statement', /value must be one of 'session', 'transaction'/],
    ['isWALArchiver: true', 'isWalArchiver: true', /additional properties 'isWalArchiver' not allowed/],
    ['accessKeyId:', 'accessKeyID:', /additional properties 'accessKeyID' not allowed/],
  ]) {
    assert.ok(cluster.includes(right), right);
    const file = join(folder, 'wrong.yaml');
    await writeFile(file, cluster.replace(right, wrong));
    await assert.rejects(validate(file), complaint, wrong);
  }
  const application = await readFile(join(CNPG, 'application.yaml'), 'utf8');
  await writeFile(join(folder, 'wrong.yaml'), application.replace('readinessProbe:', 'readynessProbe:'));
  await assert.rejects(validate(join(folder, 'wrong.yaml')), /additional properties 'readynessProbe' not allowed/);
  for (const [right, wrong, complaint] of [
    ['number: 1', 'number: 3', /Cluster shop: refused: .*synchronous/],
    ["max_client_conn: '1000'", "max_clients: '1000'", /Pooler shop-pooler: refused: .*max_clients/],
    ["'0 0 0 * * *'", "'0 0 31 2'", /ScheduledBackup shop: refused: /],
    ['wal_level: replica', 'wal_level: minimal', /Cluster shop: refused: .*wal_level/],
  ]) {
    assert.ok(cluster.includes(right), right);
    await writeFile(join(folder, 'wrong.yaml'), cluster.replace(right, wrong));
    await assert.rejects(admit(join(folder, 'wrong.yaml')), complaint, wrong);
  }
  console.log('What is wrong is seen.');

  console.log((await helm('lint', '--strict', CHART)).stdout.trim().split('\n').at(-1));
  for (const name of ['dev', 'production', 'wal-cdc']) {
    const values = join(CHART, 'examples', `${name}.yaml`);
    await helm('lint', '--strict', CHART, '--values', values);
    const { stdout } = await template('--values', values);
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, stdout);
    const verdict = await validate(file);
    await admit(file);
    const rendered = documentsOf(stdout);
    const byHand = [
      ...documentsOf(await readFile(join(CNPG, 'rights.yaml'), 'utf8')),
      ...documentsOf(await readFile(join(CNPG, `cluster-${name}.yaml`), 'utf8')),
    ];
    assert.deepEqual(rendered.map(nameOf).toSorted(), byHand.map(nameOf).toSorted());
    for (const expected of byHand) {
      const found = rendered.find((each) => nameOf(each) === nameOf(expected));
      assert.deepEqual(partOf(found, expected), expected, nameOf(expected));
    }
    console.log(`chart with examples/${name}.yaml: ${verdict}; it is what cluster-${name}.yaml says.`);
  }

  const bare = documentsOf((await template('--set', 'pgtrickle.enabled=false')).stdout);
  assert.deepEqual(bare.map(nameOf), ['Cluster shop']);
  assert.equal(bare[0].spec.postgresql, undefined, 'PostgreSQL as the operator has it');
  const set = [
    '--set',
    'parameters.work_mem=64MB,pgtrickle.schedulerIntervalMs=600000,instances=1,pgtrickle.cdcMode=wal',
  ];
  const single = documentsOf((await template(...set)).stdout).find(({ kind }) => kind === 'Cluster');
  const { parameters } = single.spec.postgresql;
  assert.deepEqual(
    [parameters.wal_level, parameters.work_mem, parameters['pg_trickle.scheduler_interval_ms']],
    ['logical', '64MB', '600000'],
  );
  assert.equal(single.spec.replicationSlots, undefined, 'nothing to take over in a cluster of one');
  const everyHour = await template(
    '--set',
    'backup.enabled=true,backup.s3Bucket=b,backup.credentialsSecret=c',
    '--set-string',
    'backup.schedule=30 0 * * * *',
  );
  assert.match(everyHour.stdout, /schedule: "30 0 \* \* \* \*"/);
  for (const [values, complaint] of [
    ['pgtrickle.cdcMode=log', /'\/pgtrickle\/cdcMode': value must be one of 'trigger', 'auto', 'wal'/],
    ['pgtrickle.userTriggers=true', /'\/pgtrickle\/userTriggers': value must be one of/],
    ['pgtrickle.cdc_mode=wal', /additional properties 'cdc_mode' not allowed/],
    ['backup.enabled=true', /'\/backup\/s3Bucket': minLength/],
    ['reader.enabled=true', /'\/reader\/secret': minLength/],
    ['owner=Shop', /'\/owner': 'Shop' does not match pattern/],
    ['instances=0', /'\/instances': minimum: got 0, want 1/],
  ]) {
    await assert.rejects(template('--set', values), complaint, values);
  }
  console.log('Values: what cannot be is refused by its name.');
  console.log('As expected.');
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** kubeconform's own sentence; it throws with what is wrong. */
async function validate(file) {
  const location = `${folder}/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
  const options = ['-strict', '-summary', '-verbose', '-schema-location', location];
  const { stdout } = await program('kubeconform', ...options, file).catch((error) => {
    throw new Error(error.stdout || error.message, { cause: error });
  });
  return stdout.trim().split('\n').at(-1);
}

/** A program in a copy of the operator's source: what checks there is internal to it. */
async function buildAdmission() {
  const source = await moduleFolder(MODULES.operator);
  const copy = join(folder, 'operator');
  await mkdir(copy);
  for (const part of ['api', 'internal', 'pkg', 'go.mod', 'go.sum']) {
    await run('cp', ['-r', '--no-preserve=mode', join(source, part), copy]);
  }
  await run('cp', ['-r', join(import.meta.dirname, 'admission'), copy]);
  await run('go', ['build', '-o', join(folder, 'bin/admission'), './admission'], { cwd: copy });
}

/** What the operator says of each of its resources; it throws with what it refuses. */
async function admit(file) {
  const { stdout } = await program('admission', file).catch((error) => {
    throw new Error(error.stdout || error.message, { cause: error });
  });
  return stdout;
}

function documentsOf(text) {
  return parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((each) => each !== null);
}

function nameOf({ kind, metadata }) {
  return `${kind} ${metadata.name}`;
}

/** What `whole` has of what `part` names; lists as they are. */
function partOf(whole, part) {
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole) || typeof part !== 'object') return whole;
  return Object.fromEntries(Object.keys(part).map((key) => [key, partOf(whole[key], part[key])]));
}

/** The schemas of everything that is used, each in a file of its own, in which fields that are not named are errors. */
async function writeSchemas() {
  await mkdir(join(folder, 'schemas'));
  const { definitions } = JSON.parse(
    await readFile(join(await moduleFolder(MODULES.kubernetes), 'api/openapi-spec/swagger.json'), 'utf8'),
  );
  const shared = JSON.stringify({ definitions: strictEach(definitions) });
  await writeFile(join(folder, 'schemas/definitions.json'), shared);
  for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions)) {
    if (kinds.length !== 1) continue;
    await writeSchema(kinds[0], { $ref: `definitions.json#/definitions/${name}` });
  }
  for (const module of [MODULES.operator, MODULES.backups]) {
    const bases = join(await moduleFolder(module), 'config/crd/bases');
    for (const file of await readdir(bases)) {
      const { spec } = documentsOf(await readFile(join(bases, file), 'utf8'))[0];
      for (const { name: version, schema } of spec.versions) {
        await writeSchema({ group: spec.group, kind: spec.names.kind, version }, strict(schema.openAPIV3Schema));
      }
    }
  }
}

async function writeSchema({ group, kind, version }, schema) {
  // As kubeconform calls them.
  const parts = [kind.toLowerCase(), group.split('.')[0], version].filter((part) => part !== '');
  await writeFile(join(folder, 'schemas', `${parts.join('-')}.json`), JSON.stringify(schema));
}

async function moduleFolder(module) {
  const { stdout } = await run('go', ['mod', 'download', '-json', module]);
  return JSON.parse(stdout).Dir;
}

/** Kubernetes' dialect of OpenAPI as JSON Schema, with no fields but those that are named. */
function strict(schema) {
  if (schema === null || typeof schema !== 'object') return schema;
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') {
    return { type: ['integer', 'string'] };
  }
  // What a format means to Kubernetes and to JSON Schema is not the same.
  const { format: _, ...result } = schema;
  for (const key of ['items', 'additionalProperties', 'not']) if (key in result) result[key] = strict(result[key]);
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (key in result) result[key] = result[key].map(strict);
  if (result.properties === undefined) return result;
  result.properties = strictEach(result.properties);
  if (schema['x-kubernetes-preserve-unknown-fields'] !== true) result.additionalProperties ??= false;
  return result;
}

function strictEach(schemas) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, strict(schema)]));
}

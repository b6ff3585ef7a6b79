#!/bin/sh
# TypeORM: making an EntityManager for a query runner makes it the query runner's own, so that the one before it is let go.
#
# typeorm@1.1.1 and typeorm@0.3.31, alike. `new EntityManager(dataSource, queryRunner)` only reads like a second view of the
# connection: `queryRunner.manager` is the new one from then on, for everybody who uses the runner.
#
#> typeorm@1.1.1: runner.manager is the one made last: true, the one that it had: false
#> typeorm@0.3.31: runner.manager is the one made last: true, the one that it had: false

. "$(dirname "$0")/lib/finding.sh"
install typeorm@1.1.1 typeorm-0.3@npm:typeorm@0.3.31 pg@8.23.1 reflect-metadata@0.2.2

cat > finding.js <<'JS'
import 'reflect-metadata';

for (const [name, version] of [['typeorm', '1.1.1'], ['typeorm-0.3', '0.3.31']]) {
  const { DataSource, EntityManager } = await import(name);
  // Nothing is connected to: a query runner connects when it is asked something.
  const dataSource = new DataSource({ type: 'postgres', url: 'postgres://127.0.0.1:1/none' });
  const runner = dataSource.createQueryRunner();
  const had = runner.manager;
  const made = new EntityManager(dataSource, runner);
  console.log(
    `typeorm@${version}: runner.manager is the one made last: ${runner.manager === made}, the one that it had: ${runner.manager === had}`,
  );
}
JS
observe node finding.js

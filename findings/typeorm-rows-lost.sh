#!/bin/sh
# TypeORM: find() drops rows whose selected columns are all NULL, and takes rows of a view without a primary column for one
# when their values, joined, look alike.
#
# typeorm@1.1.1 and typeorm@0.3.31, alike. The rows of one query are grouped by the values of the primary columns, or of all columns
# where there is none, joined with `_`; a group whose columns are all NULL is taken for what a LEFT JOIN did not find.
# find() and count() of one repository disagree.
#
#> typeorm@1.1.1
#> people in the table: 3
#> find({ select: { nick: true } }): [{"nick":"Al"}]
#> prices in the view: 4
#> find(): [{"shop":"a","item":"b_c","price":1},{"shop":"x","item":null,"price":null}]
#> typeorm@0.3.31
#> people in the table: 3
#> find({ select: { nick: true } }): [{"nick":"Al"}]
#> prices in the view: 4
#> find(): [{"shop":"a","item":"b_c","price":1},{"shop":"x","item":null,"price":null}]

. "$(dirname "$0")/lib/finding.sh"
install typeorm@1.1.1 typeorm-0.3@npm:typeorm@0.3.31 pg@8.23.1 reflect-metadata@0.2.2
postgres

cat > finding.js <<'JS'
import 'reflect-metadata';

for (const [name, version] of [['typeorm', '1.1.1'], ['typeorm-0.3', '0.3.31']]) {
  const { DataSource, EntitySchema } = await import(name);
  const Person = new EntitySchema({
    name: 'Person',
    tableName: 'person',
    columns: { id: { type: 'int', primary: true }, nick: { type: 'text', nullable: true } },
  });
  const Price = new EntitySchema({
    name: 'Price',
    tableName: 'price',
    type: 'view',
    expression: `SELECT * FROM (VALUES ('a', 'b_c', 1), ('a_b', 'c', 1), ('x', NULL, NULL), (NULL, NULL, NULL)) AS v (shop, item, price)`,
    columns: { shop: { type: 'text' }, item: { type: 'text' }, price: { type: 'int' } },
  });
  const dataSource = new DataSource({
    type: 'postgres',
    url: process.env.DATABASE_URL,
    entities: [Person, Price],
    synchronize: true,
    dropSchema: true,
  });
  await dataSource.initialize();
  await dataSource.query(`INSERT INTO person VALUES (1, 'Al'), (2, NULL), (3, NULL)`);

  console.log(`typeorm@${version}`);
  const people = dataSource.getRepository(Person);
  console.log('people in the table:', await people.count());
  console.log('find({ select: { nick: true } }):', JSON.stringify(await people.find({ select: { nick: true } })));
  const prices = dataSource.getRepository(Price);
  console.log('prices in the view:', await prices.count());
  console.log('find():', JSON.stringify(await prices.find()));
  await dataSource.destroy();
}
JS
observe node finding.js

#!/bin/sh
# TypeORM: find() with a relation, by pages, fails where the primary column has `select: false`.
#
# typeorm@1.1.1 and typeorm@0.3.31, alike. Pages of joined rows are found by the distinct keys first, which are asked for by the name
# that a selected column would have. The same find() without pages, or without the relation, works.
#
#> typeorm@1.1.1
#> find(): ["Ada","Bob"]
#> with its relation: [["Ada",["One","Two"]],["Bob",["Three"]]]
#> by pages: ["Ada"]
#> with its relation, by pages: QueryFailedError: column distinctAlias.Author_id does not exist
#> typeorm@0.3.31
#> find(): ["Ada","Bob"]
#> with its relation: [["Ada",["One","Two"]],["Bob",["Three"]]]
#> by pages: ["Ada"]
#> with its relation, by pages: QueryFailedError: column distinctAlias.Author_id does not exist

. "$(dirname "$0")/lib/finding.sh"
install typeorm@1.1.1 typeorm-0.3@npm:typeorm@0.3.31 pg@8.23.1 reflect-metadata@0.2.2
postgres

cat > finding.js <<'JS'
import 'reflect-metadata';

for (const [name, version] of [['typeorm', '1.1.1'], ['typeorm-0.3', '0.3.31']]) {
  const { DataSource, EntitySchema } = await import(name);
  const Author = new EntitySchema({
    name: 'Author',
    columns: { id: { type: 'int', primary: true, select: false }, name: { type: 'text' } },
    relations: { books: { type: 'one-to-many', target: 'Book', inverseSide: 'author' } },
  });
  const Book = new EntitySchema({
    name: 'Book',
    columns: { id: { type: 'int', primary: true }, title: { type: 'text' } },
    relations: { author: { type: 'many-to-one', target: 'Author', inverseSide: 'books' } },
  });
  const dataSource = new DataSource({
    type: 'postgres',
    url: process.env.DATABASE_URL,
    entities: [Author, Book],
    synchronize: true,
    dropSchema: true,
  });
  await dataSource.initialize();
  await dataSource.query(`INSERT INTO author VALUES (1, 'Ada'), (2, 'Bob')`);
  await dataSource.query(`INSERT INTO book (id, title, "authorId") VALUES (1, 'One', 1), (2, 'Two', 1), (3, 'Three', 2)`);
  const authors = dataSource.getRepository(Author);
  const ask = async (what, options) => {
    const seen = await authors.find({ order: { name: 'ASC' }, ...options }).then(
      (found) => JSON.stringify(found.map(({ name, books }) => (books ? [name, books.map(({ title }) => title).sort()] : name))),
      (error) => `${error.name}: ${error.message}`,
    );
    console.log(`${what}: ${seen}`);
  };
  console.log(`typeorm@${version}`);
  await ask('find()', {});
  await ask('with its relation', { relations: { books: true } });
  await ask('by pages', { skip: 0, take: 1 });
  await ask('with its relation, by pages', { relations: { books: true }, skip: 0, take: 1 });
  await dataSource.destroy();
}
JS
observe node finding.js

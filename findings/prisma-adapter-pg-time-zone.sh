#!/bin/sh
# @prisma/adapter-pg: in a session whose TimeZone is not UTC, timestamptz is read as another instant, and written as another.
#
# @prisma/adapter-pg@7.10.0. The offset that PostgreSQL writes behind a time is cut off and UTC is put in its place; a Date is sent
# without an offset. What Prisma has written it reads again as it was; what others have written, and what they read, is wrong.
#
#> TimeZone UTC: 12:00 in UTC is read as 2026-01-01T12:00:00.000Z
#> TimeZone UTC: 12:00 in UTC is stored as 2026-01-01T12:00:00.000Z
#> TimeZone Asia/Kolkata: 12:00 in UTC is read as 2026-01-01T17:30:00.000Z
#> TimeZone Asia/Kolkata: 12:00 in UTC is stored as 2026-01-01T06:30:00.000Z

. "$(dirname "$0")/lib/finding.sh"
prisma <<'SCHEMA'
model Item {
  id Int      @id
  at DateTime @db.Timestamptz
}
SCHEMA
postgres

cat > finding.js <<'JS'
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';
import pg from 'pg';

const others = new pg.Client(process.env.DATABASE_URL);
await others.connect();
await others.query('CREATE TABLE "Item" (id int PRIMARY KEY, at timestamptz NOT NULL)');

for (const zone of ['UTC', 'Asia/Kolkata']) {
  await others.query(`TRUNCATE "Item"`);
  await others.query(`INSERT INTO "Item" VALUES (1, '2026-01-01 12:00:00+00')`);
  const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL, options: `-c TimeZone=${zone}` });
  const prisma = new PrismaClient({ adapter });
  const read = await prisma.item.findUniqueOrThrow({ where: { id: 1 } });
  console.log(`TimeZone ${zone}: 12:00 in UTC is read as`, read.at.toISOString());
  await prisma.item.create({ data: { id: 2, at: new Date('2026-01-01T12:00:00Z') } });
  const { rows } = await others.query('SELECT at FROM "Item" WHERE id = 2');
  console.log(`TimeZone ${zone}: 12:00 in UTC is stored as`, rows[0].at.toISOString());
  await prisma.$disconnect();
}
await others.end();
JS
observe node finding.js

#!/bin/sh
# @nestjs/typeorm: of two entity classes of one name, @InjectRepository gives the repository of the last one for both.
#
# @nestjs/typeorm@11.0.3. The token of a repository is made of the class's name. Two classes may have one: from two files, or from a
# bundler that shortens names. Nothing says so; TypeORM itself tells the classes apart.
#
#> @InjectRepository of Total of tenant_a reads: tenant_b
#> @InjectRepository of Total of tenant_b reads: tenant_b
#> dataSource.getRepository of Total of tenant_a reads: tenant_a

. "$(dirname "$0")/lib/finding.sh"
install @nestjs/typeorm@11.0.3 @nestjs/common@11.2.10 @nestjs/core@11.2.10 @nestjs/testing@11.2.6 typeorm@0.3.31 \
  pg@8.23.1 reflect-metadata@0.2.2 rxjs@7.8.2
postgres

cat > finding.js <<'JS'
import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';

function totalOf(table) {
  class Total {}
  Entity(table)(Total);
  PrimaryColumn('int')(Total.prototype, 'id');
  Column('int')(Total.prototype, 'total');
  return Total;
}
const OfA = totalOf('tenant_a');
const OfB = totalOf('tenant_b');

class Reports {
  constructor(a, b) {
    this.a = a;
    this.b = b;
  }
}
InjectRepository(OfA)(Reports, undefined, 0);
InjectRepository(OfB)(Reports, undefined, 1);

const module = await Test.createTestingModule({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env.DATABASE_URL, entities: [OfA, OfB] }),
    TypeOrmModule.forFeature([OfA, OfB]),
  ],
  providers: [Reports],
}).compile();
const { a, b } = module.get(Reports);
console.log('@InjectRepository of Total of tenant_a reads:', a.metadata.tableName);
console.log('@InjectRepository of Total of tenant_b reads:', b.metadata.tableName);
const own = module.get(DataSource).getRepository(OfA);
console.log('dataSource.getRepository of Total of tenant_a reads:', own.metadata.tableName);
await module.close();
JS
observe node finding.js

import { Column, type DataSource, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { StreamTable, streamRepository } from '../src/index.ts';
import { openDataSource, Repeated, shopDatabase } from './shop/index.ts';

// One that looks at what it reads, as it does before 0.3.21, and drops a row of nothing but NULLs.
vi.mock('typeorm', () => import('typeorm-0.3.18'));

@Entity('customers')
class Customer {
  @PrimaryColumn('int') id!: number;
}

/** It has no key, and would lead to a customer by what is no property. */
@StreamTable('repeated')
class Leading {
  @Column('text', { nullable: true }) region!: string | null;
  @ManyToOne(() => Customer)
  @JoinColumn({ name: 'amount' })
  customer?: Customer | null;
}

const database = shopDatabase();
let dataSource: DataSource;
beforeAll(async () => {
  dataSource = await openDataSource(database.url, { entities: [Customer, Leading, Repeated] });
});

describe('an early TypeORM', () => {
  it('is the one that runs', async () => {
    const early = await import('typeorm-0.3.18');
    expect(dataSource).toBeInstanceOf(early.DataSource);
  });

  it('keeps rows of nothing but NULLs, with no property more', async () => {
    const rows = await streamRepository(dataSource, Repeated).find({ order: { region: 'ASC' } });
    expect(rows).toEqual([
      { region: 'north', amount: 5 },
      { region: 'north', amount: 5 },
      { region: 'south', amount: null },
      { region: null, amount: null },
      { region: null, amount: null },
    ]);
  });

  it('keeps them with a relation that leads to nothing', async () => {
    const rows = await streamRepository(dataSource, Leading).find({
      relations: { customer: true },
      order: { region: 'ASC' },
    });
    expect(rows).toEqual(['north', 'north', 'south', null, null].map((region) => ({ region, customer: null })));
  });
});

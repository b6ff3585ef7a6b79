import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule, type TypeOrmModuleAsyncOptions, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { cleanUpLater } from '@pgstream/harness';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** An application that has started; it is shut down when the test that asked for it ends, or at the end of the file. */
export async function start(application: ModuleMetadata): Promise<TestingModule> {
  const module = await Test.createTestingModule(application).compile();
  cleanUpLater(() => module.close());
  return await module.init();
}

/** How an application connects: a small pool, and no second attempt where the first fails. */
export function connectionTo(url: string, options: TypeOrmModuleOptions = {}): TypeOrmModuleOptions {
  return { type: 'postgres', url, retryAttempts: 0, extra: { max: 3 }, ...options } as TypeOrmModuleOptions;
}

/** The module of a DataSource that ends with the test, even where the application does not come to start. */
export function endingDataSource(options: TypeOrmModuleOptions, more: Partial<TypeOrmModuleAsyncOptions> = {}) {
  return TypeOrmModule.forRootAsync({
    useFactory: () => options,
    dataSourceFactory: async (made) => {
      const dataSource = new DataSource(made as DataSourceOptions);
      cleanUpLater(async () => {
        if (dataSource.isInitialized) await dataSource.destroy();
      });
      return dataSource;
    },
    ...more,
  });
}

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as engineBindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Pool, QueryConfig } from 'pg';
import { expect, test } from 'vitest';
import { poolOn } from './embedded/embedded';
import { migrate, migrationsFolder } from './migrate';

const CHAR = 18;
const TEXT = 25;

/** Prisma's schema engine, from its WebAssembly package: the native one would be downloaded. */
async function loadEngine(): Promise<typeof engineBindings> {
  const file = path.join(path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(file), { './schema_engine_bg.js': { ...engineBindings } });
  engineBindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
  return engineBindings;
}

/** The engine asks the catalogue for columns of the one-letter type "char", which adapter-pg does not know. */
class CharAwareFactory extends PrismaPg {
  readonly #charColumns = new Set<string>();

  constructor(pool: Pool) {
    const charColumns = new Set<string>();
    const query = async (config: QueryConfig) => {
      const client = await pool.connect();
      try {
        const result = await client.query(config);
        for (const field of result.fields.filter((column) => column.dataTypeID === CHAR)) {
          field.dataTypeID = TEXT;
          charColumns.add(field.name);
        }
        return result;
      } finally {
        client.release();
      }
    };
    super(Object.assign(pool, { query }));
    this.#charColumns = charColumns;
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      this.#charColumns.clear();
      const result = await queryRaw(query);
      return { ...result, columnTypes: result.columnTypes.map((type, n) => (this.#charColumns.has(result.columnNames[n] ?? '') ? ColumnTypeEnum.Character : type)) };
    };
    return adapter;
  }
}

test('the migrations make exactly the tables that schema.prisma describes', async () => {
  const lite = await PGlite.create();
  const pool = poolOn(lite);
  const client = await pool.connect();
  await migrate(client);
  client.release();

  const { SchemaEngine } = await loadEngine();
  const content = readFileSync(path.join(migrationsFolder(), '..', 'schema.prisma'), 'utf8');
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(new CharAwareFactory(pool)));
  const difference = async (text: string) => {
    const filters = { externalTables: [], externalEnums: [] };
    const result = await engine.diff({ from: { tag: 'schemaDatasource', files: [{ path: 'schema.prisma', content: text }], configDir: '.' }, to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: text }] }, script: true, exitCode: null, filters });
    return (result.stdout ?? '').replace(/^--.*$/gm, '').trim();
  };

  expect(await difference(content)).toBe('');
  // And it would have been seen.
  expect(await difference(content.replace('assertionHash    Bytes ', 'assertionHash    Bytes?'))).toContain('ALTER COLUMN "assertion_hash" DROP NOT NULL');
  await pool.end();
  await lite.close();
});

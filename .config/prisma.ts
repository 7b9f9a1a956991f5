import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

const root = fileURLToPath(new URL('..', import.meta.url));

// Every prisma command first looks for its native schema engine and would download it. `generate`, `validate` and
// `format` never run it, the file only has to exist; and migrations are applied by lib/storage/migrate.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
process.env.PRISMA_HIDE_UPDATE_MESSAGE ??= '1';
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({
  schema: `${root}prisma/schema.prisma`,
  migrations: { path: `${root}prisma/migrations` },
});

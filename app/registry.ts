import { connection } from 'next/server';
import { cache } from 'react';
import type { RegistryInfo } from '@/lib/client/wire';
import { appContext } from '@/lib/server/context';
import { showRegistry } from '@/lib/services/show-registry';

/** currentRegistry is the state of the registry for one page: layout and page share the one call. */
export const currentRegistry = cache(async (): Promise<RegistryInfo> => {
  await connection();
  return showRegistry(await appContext());
});

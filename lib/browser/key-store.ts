import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Envelope } from '../core/keys/dsse';
import type { KeptKey } from './signing-key';

/** StoredIdentity is what this browser keeps of an identity: public parts, and the signing key in the form the browser allows. Never the words, never the root key. */
export interface StoredIdentity {
  /** 52 characters, the logged fingerprint. */
  udf: string;
  /** The registry this identity's certificate was made for (base64). */
  registry: string;
  certificate: Envelope;
  signing: KeptKey;
  createdSec: number;
}

/** StoredOrder lets a person find an order again after the tab was closed. */
export interface StoredOrder {
  id: string;
  name: string;
  createdSec: number;
}

interface Schema extends DBSchema {
  identities: { key: string; value: StoredIdentity };
  orders: { key: string; value: StoredOrder };
}

const DATABASE = 'mns';
const VERSION = 1;

function open(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore('identities', { keyPath: 'udf' });
      db.createObjectStore('orders', { keyPath: 'id' });
    },
  });
}

/** saveIdentity stores an identity and asks the browser not to evict it. */
export async function saveIdentity(identity: StoredIdentity): Promise<void> {
  const db = await open();
  await db.put('identities', identity);
  db.close();
  // Asking is all we can do; a refusal changes nothing now, and the words are the real backup.
  await navigator.storage?.persist?.().catch(() => false);
}

/** storedIdentities lists the identities of one registry kept in this browser, newest first. */
export async function storedIdentities(registry: string): Promise<StoredIdentity[]> {
  const db = await open();
  const all = await db.getAll('identities');
  db.close();
  return all.filter((identity) => identity.registry === registry).sort((a, b) => b.createdSec - a.createdSec);
}

/** rememberOrder keeps an order's id in this browser. */
export async function rememberOrder(order: StoredOrder): Promise<void> {
  const db = await open();
  await db.put('orders', order);
  db.close();
}

/** rememberedOrders lists the orders made in this browser, newest first. */
export async function rememberedOrders(): Promise<StoredOrder[]> {
  const db = await open();
  const all = await db.getAll('orders');
  db.close();
  return all.sort((a, b) => b.createdSec - a.createdSec);
}

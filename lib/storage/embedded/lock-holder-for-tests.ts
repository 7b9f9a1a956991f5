import { StorageError } from '../errors';
import { lockFolder } from './folder-lock';

// Locks the folder it is given, says how that went, and stays until it is killed.
try {
  await lockFolder(process.argv[2] ?? '');
  process.stdout.write('locked\n');
  setInterval(() => undefined, 1_000);
} catch (error) {
  process.stdout.write(`${error instanceof StorageError ? error.code : String(error)}\n`);
}

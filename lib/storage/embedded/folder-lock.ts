import { type FolderLock, FolderLockError, lockFolder as lock } from '../../native/folder-lock';
import { StorageError } from '../errors';

/** lockFolder makes this process the only one that uses a database folder. Throws StorageError `folder-in-use`, `folder-unusable`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  try {
    return await lock(folder);
  } catch (error) {
    if (!(error instanceof FolderLockError)) throw error;
    if (error.code === 'unusable') throw new StorageError('folder-unusable', `The database folder cannot be locked: ${error.message}. Set MNS_DATA_DIR to another one.`, { cause: error });
    throw new StorageError(
      'folder-in-use',
      `The database folder ${folder} is in use by another running process. Stop that one first, or set MNS_DATA_DIR to another folder, or use a PostgreSQL server (DATABASE_URL), which several processes can share.`,
      { cause: error },
    );
  }
}

import { campaign } from './lock';
import { openDatabase } from './open';

// Tries to become the sealer, says so when it is, and stays until it is killed.
const db = await openDatabase({ databaseUrl: process.argv[2], dataDir: '' });
await campaign(db, { onChange: (held) => process.stdout.write(held ? 'sealer\n' : 'none\n') });

import { commitSeal } from './commit-seal';
import { digest, sampleCommit } from './databases-for-tests';
import { openCut, readHead } from './heads';
import { openDatabase } from './open';
import { acceptGroup } from './pending-store';

// Accepts and seals without end, and says what was promised as soon as it is: `accepted <seq>` and `sealed <number> <names size>`.
const [databaseUrl, dataDir = ''] = process.argv.slice(2);
const db = await openDatabase({ databaseUrl, dataDir });
for (let round = 0; ; round++) {
  const { seal, cutSeal, lastSeq } = await readHead(db);
  const rows = Array.from({ length: 20 }, (_, n) => ({ hash: digest(`assertion ${lastSeq + n + 1}`), bytes: Buffer.from(`assertion ${lastSeq + n + 1}`), bySeal: seal + 1 }));
  const accepted = await acceptGroup(db, { seal, cutSeal, lastSeq }, rows, 1);
  process.stdout.write(`accepted ${accepted}\n`);
  if (round % 3 === 2) {
    const head = (await openCut(db, seal, (await readHead(db)).timeSec + 60)) ?? (await readHead(db));
    const commit = sampleCommit(head, head.cutSeq - head.proofs.size);
    if ((await commitSeal(db, commit)) === 'committed') process.stdout.write(`sealed ${commit.seal.number} ${commit.seal.names.size}\n`);
  }
}

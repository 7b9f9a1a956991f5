import { provideFastCrypto } from '../native/fast-hash';
import { CopyWriter } from './copy-writer';
import { SLOW_DISK } from './disks-for-tests';
import { Follower } from './follow';
import { httpSource } from './http-source';

/* A process that follows `argv[2]` into `argv[3]` for the registry `argv[4]` as fast as it can, until somebody kills it. */

provideFastCrypto();
const [url = '', dir = '', registry = ''] = process.argv.slice(2);
const stop = new AbortController().signal;
process.stdout.write('started\n');
for (;;) {
  const writer = await CopyWriter.open(dir, { disk: SLOW_DISK });
  const follower = new Follower({ clock: () => 2_000_000_000, registry, source: httpSource(url, { fetch, stop }), stop, writer });
  for (let i = 0; i < 5; i++) await follower.step();
  await follower.close();
  await writer.close();
}

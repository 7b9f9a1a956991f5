import type { TilePath } from '../core/tlog/tile-path';
import type { CopyReader } from './copy-reader';
import { refuseCopy } from './copy-refusal';
import type { LogName } from './layout';
import type { LogSource } from './log-source';

/** folderSource reads a copy as a source: to check it, or to copy it. */
export function folderSource(reader: CopyReader): LogSource {
  const noteOf = (log: LogName): Uint8Array => Buffer.from(reader.needHead()[log].note ?? refuseCopy('no-copy', `The copy has no signed checkpoint of the ${log} log.`));
  const wait = async <Thing>(read: () => Thing): Promise<Thing> => read();
  return {
    checkpoint: (log) => wait(() => noteOf(log)),
    checkpointAt: (size) => wait(() => (reader.needHead().names.size === size ? noteOf('names') : null)),
    file: () => Promise.resolve(null),
    hint: () => wait(() => reader.needHead().registry),
    tile: (log, { index, level, width }: TilePath) => wait(() => (level === 'entries' ? reader.log(log).bundle(index, width) : reader.log(log).tile({ index, level, width }))),
    url: reader.dir,
  };
}

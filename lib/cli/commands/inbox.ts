import { formatTenureName } from '../../core/assertion/name';
import { showUdf } from '../../core/keys/udf';
import { CliRefusal } from '../cli-refusal';
import { Refusal } from '../../core/refusal';
import { type Command, type CommandArgs, flagOption, type Io, textsOption } from '../command';
import { identityFor, SECRET_OPTIONS, SECRET_USAGE } from '../keys/secrets';
import type { Directory } from '../messages/directory';
import { actingIn, CONNECT_OPTION, CONNECT_USAGE, fetchInbox, postOf, type Received } from '../messages/post-office';
import { directoryOf } from './deliver';

const USAGE = `mns inbox --key FILE --data DIR | --server URL [--host HOST …]

Fetches your messages from your providers, opens them, prints them, and takes them off the providers.

  --key FILE              your key file
  --data DIR              your local copy of the log says who your providers are, and who wrote to you
  --server URL            or your provider does, whose word is taken
  --host HOST             look at this provider besides: one that you have left
  --keep                  leave the messages where they are
${CONNECT_USAGE}
  --json                  each message as one line of JSON
${SECRET_USAGE}`;

/** command is `mns inbox`. */
export const command: Command = {
  name: 'inbox',
  options: { ...SECRET_OPTIONS, ...CONNECT_OPTION, data: { type: 'string' }, host: { multiple: true, type: 'string' }, json: { type: 'boolean' }, keep: { type: 'boolean' }, server: { type: 'string' } },
  run: runInbox,
  summary: 'fetch and read your messages',
  usage: USAGE,
};

async function runInbox(args: CommandArgs, io: Io): Promise<number> {
  const post = postOf(args);
  const keyed = await identityFor(args, io);
  const directory = await directoryOf(args, io);
  let code = 0;
  try {
    const identity = actingIn(keyed, directory);
    for (const host of await hostsOf(directory, identity.udf, textsOption(args, 'host'))) {
      try {
        let remove: string[] = [];
        for (;;) {
          const { more, received } = await fetchInbox(io, post, identity, host, directory, remove);
          for (const message of received) print(io, message, flagOption(args, 'json'));
          // What can't be read stays: another key file may have its key.
          remove = flagOption(args, 'keep') ? [] : received.filter(({ text }) => text !== null).map(({ id }) => id);
          if (remove.length === 0) break;
          if (more) continue;
          await fetchInbox(io, post, identity, host, directory, remove);
          break;
        }
      } catch (error) {
        if (!(error instanceof CliRefusal) && !(error instanceof Refusal)) throw error;
        io.err(`mns: ${error.code}: ${error.detail}`);
        code = 1;
      }
    }
  } finally {
    await directory.close();
  }
  return code;
}

/** hostsOf lists the providers of all living names of an identity, and those that were given. */
async function hostsOf(directory: Directory, udf: string, given: readonly string[]): Promise<Set<string>> {
  const hosts = new Set(given.map((host) => host.toLowerCase()));
  const own = await directory.find(udf, () => null);
  for (const { name, tenure } of own.names) {
    const { host } = await directory.find(`@${formatTenureName(name, tenure)}`, () => null);
    if (host !== null) hosts.add(host);
  }
  return hosts;
}

function print(io: Io, message: Received, asJson: boolean): void {
  if (asJson) {
    io.out(JSON.stringify(message));
    return;
  }
  io.out(`${new Date(message.timeSec * 1000).toISOString()}  from ${showUdf(message.from)} to @${message.toName}`);
  io.out(message.text === null ? `  (${message.problem})` : message.text.split('\n').map((line) => `  ${plain(line)}`).join('\n'));
}

/** plain keeps a sender from steering the terminal. */
function plain(line: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  return line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
}

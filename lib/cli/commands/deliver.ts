import { formatTenureName } from '../../core/assertion/name';
import { showUdf } from '../../core/keys/udf';
import { parseAddress } from '../../core/resolution/address';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, neededOption, textOption, UsageError } from '../command';
import { identityFor, SECRET_OPTIONS, SECRET_USAGE } from '../keys/secrets';
import { Contacts } from '../messages/contacts';
import { copyDirectory, type Directory, type Found, serverDirectory } from '../messages/directory';
import { actingIn, CONNECT_OPTION, CONNECT_USAGE, postOf, sendMessage } from '../messages/post-office';

const USAGE = `mns deliver ADDRESS MESSAGE --key FILE --data DIR | --server URL

Seals a message to whoever ADDRESS means (@bob, @bob.0, @bob#UDF, a UDF), signs it, and hands it to their provider.

  --key FILE              your key file
  --data DIR              your local copy of the log says who it is
  --server URL            or your provider does, whose word is taken
  --contacts FILE         whom you know (default: the key file's name and .contacts). Who is known under a name stays that one when
                          the name is reassigned
  --current               choose the name's present holder from now on
${CONNECT_USAGE}
  --json                  what was done, as one line of JSON
${SECRET_USAGE}`;

/** command is `mns deliver`. */
export const command: Command = {
  name: 'deliver',
  options: { ...SECRET_OPTIONS, ...CONNECT_OPTION, contacts: { type: 'string' }, current: { type: 'boolean' }, data: { type: 'string' }, json: { type: 'boolean' }, server: { type: 'string' } },
  run: runDeliver,
  summary: 'send a message to the holder of a name',
  usage: USAGE,
};

async function runDeliver(args: CommandArgs, io: Io): Promise<number> {
  const [address, text, ...more] = args.positionals;
  if (address === undefined || text === undefined || more.length > 0) throw new UsageError('give an ADDRESS and one MESSAGE');
  const post = postOf(args);
  const identity = await identityFor(args, io);
  const contacts = Contacts.open(textOption(args, 'contacts') ?? `${neededOption(args, 'key')}.contacts`);
  const directory = await directoryOf(args, io);
  try {
    const sender = actingIn(identity, directory);
    const isChoice = flagOption(args, 'current');
    const found = await directory.find(address, (name) => (isChoice ? null : contacts.tenureOf(name)));
    if (isBare(address) && !isChoice) contacts.check(found.name, found);
    for (const { code, detail } of found.warnings) io.err(`mns: warning: ${code}: ${detail}`);
    const keys = (await directory.keysOf(found.udf)) ?? refuseCli('not-found', 'The holder’s identity is not in the log.');
    // Before the message goes: a crash after it must not leave a contact that is not remembered.
    remember(contacts, address, found, io.clock(), isChoice);
    const { id, isNew } = await sendMessage(io, post, sender, { found, keys }, text);
    const tenure = formatTenureName(found.name, found.tenure);
    if (flagOption(args, 'json')) io.out(JSON.stringify({ host: found.host, id, isNew, tenure, udf: found.udf, warnings: found.warnings }));
    else io.out(`Delivered to @${tenure} (${showUdf(found.udf)}) at ${found.host}.`);
    return 0;
  } finally {
    await directory.close();
  }
}

/** remember pins whom a bare name means to this user. Pinned addresses say it themselves. */
function remember(contacts: Contacts, address: string, { name, tenure, udf }: Found, nowSec: number, isChoice: boolean): void {
  if (isBare(address)) contacts.remember(name, { sinceSec: nowSec, tenure, udf }, isChoice);
}

function isBare(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed.kind === 'name' && parsed.tenure === null && parsed.udf === null;
}

/** directoryOf is where a command looks people up. @throws UsageError, CopyRefusal. */
export function directoryOf(args: CommandArgs, io: Io): Promise<Directory> {
  const [data, server] = [textOption(args, 'data'), textOption(args, 'server')];
  if (data !== null) return copyDirectory(data, io);
  if (server === null) throw new UsageError('--data DIR or --server URL is missing');
  return Promise.resolve(serverDirectory(server, io));
}

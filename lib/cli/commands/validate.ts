import { type Command, type CommandArgs, flagOption, type Io, neededOption, onePositional, textOption } from '../command';
import { runFollow } from '../follow/follow-run';
import { identityFor, SECRET_OPTIONS, SECRET_USAGE } from '../keys/secrets';
import { enrol } from '../validate/enrol';
import { startValidation } from '../validate/validation';

/** command is `mns validate`. */
export const command: Command = {
  name: 'validate',
  options: {
    ...SECRET_OPTIONS,
    data: { type: 'string' },
    enrol: { type: 'boolean' },
    holds: { type: 'string' },
    name: { type: 'string' },
    once: { type: 'boolean' },
    post: { type: 'string' },
    registry: { type: 'string' },
  },
  run: runValidate,
  summary: 'follow, replay every entry, and sign tokens that say so',
  usage: `mns validate URL --data DIR [--name NAME] [--registry ID] [--once]
mns validate URL --data DIR --name NAME --enrol --key FILE --holds @NAME

Follows the registry at URL as mns follow does, replays every entry from the genesis on all cores, and compares the
name log byte for byte and each seal's map root. What replays is signed: a token, by the key in DIR/validator-key, which
goes to the registry and stands in DIR/cosigned. What does not is refused and told; DIR/evidence then shows it to anybody,
the copy stays as it was, and nothing is signed. May be interrupted at any moment: it goes on from where it was.

  --data DIR       the copy's folder; its validator-key and validator-signed.json belong together: never copy the
                   key to a second machine, nor bring back an older validator-signed.json
  --name NAME      the validator's name, an address without its scheme (provider.example); needed once, to make the key
  --registry ID    the registry's id; without it the id at first sight is kept, and shown
  --post URL       send tokens (and the enrolment) there, where URL is only a mirror
  --once           stop when everything up to now is replayed and signed
  --enrol          have the validator logged, by an identity that holds a name
  --key FILE       that identity's key file
  --holds @NAME    the name that it holds
${SECRET_USAGE}`,
};

async function runValidate(args: CommandArgs, io: Io): Promise<number> {
  const url = onePositional(args, 'URL');
  const dir = neededOption(args, 'data');
  const postTo = textOption(args, 'post');
  const enrolment = flagOption(args, 'enrol') ? { holds: neededOption(args, 'holds'), identity: await identityFor(args, io) } : null;
  const validation = startValidation(
    {
      dir,
      name: textOption(args, 'name'),
      onReplayed: async ({ state }, key) => {
        if (enrolment !== null) await enrol({ ...enrolment, key, state, url: postTo ?? url }, io);
      },
      postTo,
      url,
    },
    io,
  );
  io.err(`validator ${validation.key.text}`);
  try {
    return await runFollow({ dir, once: flagOption(args, 'once'), registry: textOption(args, 'registry') ?? enrolment?.identity.registry ?? null, url, ...validation.run }, io);
  } finally {
    await validation.finish();
  }
}

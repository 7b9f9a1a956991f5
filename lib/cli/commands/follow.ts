import { type Command, flagOption, neededOption, onePositional, textOption } from '../command';
import { runFollow } from '../follow/follow-run';

/** command is `mns follow`. */
export const command: Command = {
  name: 'follow',
  options: {
    data: { type: 'string' },
    once: { type: 'boolean' },
    registry: { type: 'string' },
    snapshot: { type: 'boolean' },
  },
  summary: 'copy both logs of a registry, verify everything, and keep up with it',
  usage: `mns follow URL --data DIR [--registry ID] [--snapshot] [--once]

Fetches the name log and the proof log of the registry at URL (or of a provider that mirrors it), verifies
everything, keeps a copy in DIR and follows for ever. It may be interrupted at any moment and goes on from there.

  --data DIR       the copy's folder
  --registry ID    the registry's id; without it the id at first sight is kept, and shown
  --snapshot       start from the newest state snapshot instead of the beginning: it is checked against a sealed map
                   root that enough validators of DIR/policy.txt have signed; what came before is then trusted to them
  --once           stop when the copy has everything`,
  run: (args, io) =>
    runFollow({ dir: neededOption(args, 'data'), once: flagOption(args, 'once'), registry: textOption(args, 'registry'), snapshot: flagOption(args, 'snapshot'), url: onePositional(args, 'URL') }, io),
};

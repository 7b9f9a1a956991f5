import { type Command, CommandError } from '../command';

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
  usage: 'mns follow URL --data DIR [--registry ID] [--snapshot] [--once]',
  run: () => Promise.reject(new CommandError('follow is not built yet')),
};

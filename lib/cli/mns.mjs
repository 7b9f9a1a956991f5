#!/usr/bin/env node
// The package's command: it brings the loader that reads TypeScript, and works from any folder.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');

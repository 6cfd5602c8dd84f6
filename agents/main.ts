import { dirname } from 'node:path';
import { attach } from './attach.ts';
import { openStandardStream } from './standard-stream.ts';

/** `agent attach <state> <hello>` is what the coordinator starts. */
const [, program = '', verb, state = '', hello = ''] = process.argv;
if (verb === 'attach') {
  void attach({ state, bundle: dirname(program), hello, stream: openStandardStream() });
} else {
  process.stderr.write('usage: agent attach <state> <hello>\n');
  process.exitCode = 64;
}

import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** `assay serve`: pages over the index of nights, for a browser on this machine. */
export const serveCommand = defineCommand({
  command: 'serve',
  describe: 'Show what nights say in a browser, on this machine alone unless told otherwise (docs/serve.md)',
  examples: [
    ['serve', 'pages at http://127.0.0.1:8765/, until Ctrl-C'],
    ['serve --port 0 --database nights.sqlite', 'another index, at a port that is free'],
    [
      'serve --address 0.0.0.0 --name assay.example.org --token-file token',
      'for other machines, which need the token',
    ],
  ],
  lists: ['name'],
  builder: (argv) =>
    argv
      .option('database', { type: 'string', describe: "The index (default: this user's)" })
      .option('address', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'IP address to listen at; any that other machines reach needs a token or a proxy',
      })
      .option('port', { type: 'number', default: 8765, describe: 'Port; 0 takes a free one' })
      .option('name', {
        type: 'string',
        array: true,
        describe: 'A name that the site may be asked by, beside localhost and its address',
      })
      .option('token-file', {
        type: 'string',
        describe: 'File with a token that only you may read; browsers ask for it as a password',
      })
      .option('proxy-header', {
        type: 'string',
        describe: 'Header by which a proxy in front says whom it let in; others are turned away',
      }),
  run: async ({ database, address, port, name = [], tokenFile, proxyHeader }, context) => {
    const { serve } = await import('./serve-pages.ts');
    await serve({ database, address, port, names: name, tokenFile, proxyHeader }, context);
    return exitCodes.pass;
  },
});

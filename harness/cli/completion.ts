import { AssayError } from '../../workloads/kit/assay-error.ts';
import { exitCodes } from '../../workloads/kit/error-code.ts';
import { defineCommand } from './command.ts';

/** The option by which a shell asks yargs for what may come next. */
export const completionKey = '--get-yargs-completions';

/** yargs tells names as the shell wants them that SHELL names, which need not be the one that asks. */
const scripts = {
  bash: `_assay() {
  local found
  mapfile -t found < <(SHELL=bash assay ${completionKey} "\${COMP_WORDS[@]}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "\${found[*]}" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _assay assay
`,
  zsh: `#compdef assay
_assay() {
  local -a found
  found=("\${(@f)$(SHELL=zsh assay ${completionKey} "\${words[@]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then _describe 'assay' found; else _default; fi
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then _assay "$@"; else compdef _assay assay; fi
`,
  fish: `complete -c assay -a '(SHELL=fish assay ${completionKey} (commandline -opc) (commandline -ct) 2>/dev/null)'
`,
} as const;

type Shell = keyof typeof scripts;

/** `assay completion bash`: what the shell has to read so that Tab completes commands and options. */
export const completionCommand = defineCommand({
  command: 'completion [shell]',
  describe: 'Print what makes a shell complete commands and options',
  examples: [
    ['completion bash >> ~/.bashrc', 'for bash'],
    ['completion zsh > ~/.zfunc/_assay', 'for zsh, with ~/.zfunc in fpath'],
    ['completion fish > ~/.config/fish/completions/assay.fish', 'for fish'],
  ],
  builder: (argv) =>
    argv.positional('shell', {
      type: 'string',
      describe: `${Object.keys(scripts).join(', ')} (default: the one that SHELL names)`,
    }),
  run: ({ shell: given }, { out, environment }) => {
    const shell = given ?? environment.variables['SHELL']?.split('/').at(-1) ?? '';
    if (!isShell(shell))
      throw new AssayError(
        'USAGE',
        `expected a shell of ${Object.keys(scripts).join(', ')}, got ${shell === '' ? 'none' : `\`${shell}\``}`,
        {
          hint: 'Name the one that you use: assay completion bash',
        },
      );
    out.write(scripts[shell]);
    return Promise.resolve(exitCodes.pass);
  },
});

const isShell = (name: string): name is Shell => Object.hasOwn(scripts, name);

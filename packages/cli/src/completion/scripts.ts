/** The shells that are completed. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

export type Shell = (typeof SHELLS)[number];

/*
 * Each asks `pgstream complete` with the words up to the cursor. They are passed on as they are, and never evaluated: a line may
 * say `$(…)` or `> file`, which happens when it is run, and not before.
 */

const BASH = `# bash completion for pgstream
_pgstream() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :0) compopt -o default ;;
      :*) ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(pgstream complete --shell bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null </dev/null)
}
complete -F _pgstream pgstream
`;

const ZSH = `#compdef pgstream
# zsh completion for pgstream
_pgstream() {
  local line value files=
  local -a offers
  for line in "\${(@f)$(pgstream complete --shell zsh -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)}"; do
    case $line in
      :0) files=1 ;;
      :*) ;;
      *)
        value=\${\${\${line%%$'\\t'*}//\\\\/\\\\\\\\}//:/\\\\:}
        offers+=("$value:\${line#*$'\\t'}")
        ;;
    esac
  done
  if [[ -n $files ]]; then
    _files
  else
    _describe 'pgstream' offers
  fi
}
if [[ $funcstack[1] == _pgstream ]]; then
  _pgstream "$@"
else
  compdef _pgstream pgstream
fi
`;

const FISH = `# fish completion for pgstream
function __pgstream_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in (pgstream complete --shell fish -- $words[2..-1] "$typed" 2>/dev/null </dev/null)
        switch $line
            case ':0'
                __fish_complete_path "$typed"
            case ':*'
            case '*'
                echo $line
        end
    end
end
complete -c pgstream -e
complete -c pgstream -f -a '(__pgstream_complete)'
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH };

/** Prints what makes a shell complete the lines of pgstream. */
export async function printScript(shell: Shell): Promise<void> {
  if (shell !== 'powershell') {
    process.stdout.write(SCRIPTS[shell]);
    return;
  }
  const { script } = await import('@bomb.sh/tab');
  script(shell, 'pgstream', 'pgstream');
}

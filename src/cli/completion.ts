/** A small script for a shell; what it offers comes from `cloudwright __complete`, with what exists at that moment. */
export function completionScript(shell: string): string {
  return scripts[shell] ?? '';
}

const bash = `# bash completion of cloudwright: source <(cloudwright completion bash)
_cloudwright() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ':files' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _cloudwright cloudwright ./cloudwright
`;

const zsh = `#compdef cloudwright
# zsh completion of cloudwright: source <(cloudwright completion zsh)
_cloudwright() {
  local line files=0
  local -a entries
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then files=1; continue; fi
    entries+=("\${\${line//:/\\\\:}/$'\\t'/:}")
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#entries )) && _describe cloudwright entries
  (( files )) && _files
}
(( $+functions[compdef] )) && compdef _cloudwright cloudwright
`;

const fish = `# fish completion of cloudwright: cloudwright completion fish | source
function __cloudwright_complete
  set -l words (commandline -opc)
  for line in ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$line" = ':files'
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c cloudwright -f -a '(__cloudwright_complete)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

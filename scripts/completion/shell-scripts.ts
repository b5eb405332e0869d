/** Shells that berth can complete command lines in. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

/**
 * What each shell is told. All ask `berth __complete`, which answers a line that says whether files are wanted (`files`,
 * `words`), and one line a word, with a tab and what it is for: so what a shell offers is never older than berth.
 */
export const shellScripts: Readonly<Record<Shell, string>> = {
  // Bash splits words at colons, which names of images have: they are split here, and its part is cut off again.
  bash: `# bash completion of berth: eval "$(berth completion bash)"
_berth() {
  local line kind='' cut='' typed words
  COMPREPLY=()
  line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<<"$line"
  case $line in *[[:space:]]) words+=('') ;; esac
  typed=\${words[\${#words[@]}-1]}
  case $typed in *[:=]*) cut=\${typed%"\${typed##*[:=]}"} ;; esac
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; continue; fi
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#"$cut"}")
  done < <("$1" __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ $kind == files ]]; then compopt -o default 2>/dev/null; fi
  return 0
}
complete -F _berth berth
`,
  zsh: `#compdef berth
# zsh completion of berth: source <(berth completion zsh), or a file _berth in a folder of $fpath
_berth() {
  local -a lines names
  local line kind
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  kind=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    [[ -n $line ]] || continue
    names+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#names )) && _describe 'berth' names
  [[ $kind == files ]] && _files
  return 0
}
if [[ $funcstack[1] == _berth ]]; then _berth "$@"; else compdef _berth berth; fi
`,
  fish: `# fish completion of berth: berth completion fish | source
function __berth_complete
  set -l typed (commandline -ct)
  set -l before (commandline -opc)
  set -l lines ($before[1] __complete -- $before[2..-1] "$typed" 2>/dev/null)
  if test "$lines[1]" = files
    __fish_complete_path "$typed"
  end
  if test (count $lines) -gt 1
    printf '%s\\n' $lines[2..-1]
  end
end
complete -c berth -f -a '(__berth_complete)'
`,
};

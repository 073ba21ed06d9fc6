/**
 * Shell scripts that call `parex complete` at every TAB. The words of the line are passed on literally and
 * never evaluated.
 */
const BASH = String.raw`# bash completion for parex; needs nothing else, also in bash 3.2
__parex_complete() {
    local line=${"$"}{COMP_LINE:0:COMP_POINT} word reply prefix=''
    local -a words
    IFS=$' \t' read -r -a words <<< "$line"
    case $line in *[[:space:]]) words[${"$"}{#words[@]}]='' ;; esac
    word=${"$"}{words[${"$"}{#words[@]}-1]}
    # Readline replaces only what follows these.
    case $word in --*=*) ;; *[=:]*) prefix=${"$"}{word%"${"$"}{word##*[=:]}"} ;; esac
    COMPREPLY=()
    while IFS= read -r reply; do
        case $reply in :[0-9]*) continue ;; esac
        reply=${"$"}{reply%%$'\t'*}
        reply=${"$"}{reply#"$prefix"}
        [ -n "$reply" ] || continue
        printf -v reply %q "$reply"
        COMPREPLY[${"$"}{#COMPREPLY[@]}]=$reply
    done < <(command parex complete -- "${"$"}{words[@]:1}" 2> /dev/null)
    case ${"$"}{COMPREPLY[0]-} in */) type compopt > /dev/null 2>&1 && compopt -o nospace ;; esac
}
complete -F __parex_complete parex
`;

const ZSH = String.raw`#compdef parex
# zsh completion for parex; loads compinit where nobody has
_parex() {
    local -a offers asked
    local line
    asked=("${"$"}{(@)words[2,CURRENT-1]}" "$PREFIX")
    while IFS= read -r line; do
        [[ $line == :<-> ]] && continue
        offers+=("${"$"}{${"$"}{line%%$'\t'*}//:/\\:}:${"$"}{line#*$'\t'}")
    done < <(command parex complete -- "${"$"}{asked[@]}" 2> /dev/null)
    [[ $PREFIX == --*=* ]] && compset -P '*='
    (( $#offers )) && _describe -V parex offers
}
if (( ! $+functions[compdef] )); then
    autoload -Uz compinit && compinit -i
fi
if [[ ${"$"}{funcstack[1]-} == _parex ]]; then _parex "$@"; else compdef _parex parex; fi
`;

const FISH = String.raw`# fish completion for parex
function __parex_complete
    set -l word (commandline -ct)
    set -l words (commandline -opc)
    set -l prefix (string match -r -- '^--[^=]*=' $word)
    for line in (command parex complete -- $words[2..-1] "$word" 2> /dev/null)
        string match -qr -- '^:[0-9]+$' $line; or printf '%s%s\n' "$prefix" $line
    end
end
complete -c parex -e
complete -c parex -f -a '(__parex_complete)'
`;

const POWERSHELL = String.raw`# PowerShell completion for parex
Register-ArgumentCompleter -Native -CommandName parex -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text })
    if ($wordToComplete -eq '') {
        # Before 7.3 an empty argument is dropped unless it is quoted twice.
        $words += $(if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' })
    }
    & parex complete -- @words 2> $null | Where-Object { $_ -notmatch '^:\d+$' } | ForEach-Object {
        $value, $description = $_ -split "${"`"}t", 2
        if (-not $description) { $description = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
    }
}
`;

export const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const SCRIPTS: Readonly<Record<typeof SHELLS[number], string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};

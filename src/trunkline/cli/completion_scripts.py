"""What shells run to complete a command line: each asks the program itself, by `answer`."""

from __future__ import annotations

__all__ = ["INSTALLATION", "SCRIPTS"]

BASH = """\
_trunkline() {
    local IFS=$'\\n' line
    COMPREPLY=()
    for line in $(_TRUNKLINE_COMPLETE=bash "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
        case $line in
            :files) compopt -o default 2>/dev/null ;;
            :dirs) compopt -o dirnames 2>/dev/null ;;
            *) COMPREPLY+=("${line%%$'\\t'*}") ;;
        esac
    done
}
complete -F _trunkline trunkline
"""

ZSH = """\
#compdef trunkline
_trunkline() {
    local -a values
    local line told
    told=$(_TRUNKLINE_COMPLETE=zsh "${words[1]}" "${(@)words[2,CURRENT]}" 2>/dev/null)
    for line in "${(@f)told}"; do
        case $line in
            :files) _files; return ;;
            :dirs) _files -/; return ;;
            ?*) values+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}") ;;
        esac
    done
    _describe trunkline values
}
compdef _trunkline trunkline
"""

FISH = """\
function __trunkline_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (env _TRUNKLINE_COMPLETE=fish $words 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline -ct)
            case :dirs
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete --command trunkline --no-files --arguments '(__trunkline_complete)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
INSTALLATION = {
    "bash": """echo 'eval "$(trunkline completion bash)"' >> ~/.bashrc""",
    "zsh": """echo 'eval "$(trunkline completion zsh)"' >> ~/.zshrc""",
    "fish": "trunkline completion fish > ~/.config/fish/completions/trunkline.fish",
}

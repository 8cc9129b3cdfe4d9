# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of oriel-run for bash: its options, as it says them itself, then a command and what belongs to that.

_oriel_run()
{
	local word=${COMP_WORDS[COMP_CWORD]} i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--socket | --device) ((++i)) ;;
		-*) ;;
		*) _command_offset "$i"; return ;;
		esac
	done
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--socket | --device) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --complete)" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -c -- "$word")
	fi
}

complete -o default -F _oriel_run oriel-run

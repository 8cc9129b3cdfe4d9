# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of oriel-replay for bash.

_oriel_replay()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	case $before in
	--compute)
		mapfile -t COMPREPLY < <(compgen -W 'on off' -- "$word")
		return 0
		;;
	--gpu)
		mapfile -t COMPREPLY < <(compgen -W 'auto device render-node surfaceless software' -- "$word")
		return 0
		;;
	esac
	[[ $word == -* ]] && mapfile -t COMPREPLY < <(compgen -W '--text --diff --compare --repeat --frames --png --gpu
		--compute --no-sandbox --version --help' -- "$word")
	return 0
}

# Where there is nothing to offer, files are completed.
complete -o default -F _oriel_replay oriel-replay

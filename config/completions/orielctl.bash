# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of orielctl for bash. What there is to complete, orielctl says itself: its commands and
# options, and the names that orield has at this moment.

_orielctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} line
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}")

	# The command as it was typed: another build, or one by its path.
	COMPREPLY=()
	while IFS= read -r line; do
		[[ $line == "$word"* ]] && COMPREPLY+=("$line")
	done < <("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)
	# A value follows.
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
	return 0
}

# Where orielctl has nothing to offer, as for the value of --output, files are completed.
complete -o default -F _orielctl orielctl

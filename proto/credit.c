/* SPDX-License-Identifier: MIT */
#include "credit.h"

void credit_init(struct credit *credit, uint32_t bytes, uint32_t frames)
{
	*credit = (struct credit){
		.window_bytes = bytes,
		.window_frames = frames,
		.bytes = bytes,
		.frames = frames,
	};
}

bool credit_spend(struct credit *credit, uint32_t bytes, uint32_t frames)
{
	if (bytes > credit->bytes || frames > credit->frames)
		return false;
	credit->bytes -= bytes;
	credit->frames -= frames;
	return true;
}

bool credit_granted(struct credit *credit, uint32_t bytes, uint32_t frames)
{
	if (bytes > credit->window_bytes - credit->bytes ||
		frames > credit->window_frames - credit->frames)
		return false;
	credit->bytes += bytes;
	credit->frames += frames;
	return true;
}

bool credit_done(struct credit *credit, uint32_t bytes, uint32_t frames, uint32_t *ret_bytes,
	uint32_t *ret_frames)
{
	credit->done_bytes += bytes;
	credit->done_frames += frames;
	if (credit->done_frames == 0 && credit->done_bytes < credit->window_bytes / 4)
		return false;
	if (!credit_granted(credit, credit->done_bytes, credit->done_frames))
		return false;
	*ret_bytes = credit->done_bytes;
	*ret_frames = credit->done_frames;
	credit->done_bytes = 0;
	credit->done_frames = 0;
	return true;
}

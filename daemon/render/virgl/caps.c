/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/caps.h"

#include <stddef.h>
#include <string.h>

#include "util.h"

enum { /* dwords of struct virgl_caps_v2; the first 77 are struct virgl_caps_v1 */
	CAPS_GLSL_LEVEL = 66,
	CAPS_BITS = 98,
	CAPS_COMPUTE_INVOCATIONS = 113,
	CAPS_COMPUTE_END = 121, /* after shared memory, grid and block sizes */
	CAPS_BITS_V2 = 172,
};

#define GLSL_WITHOUT_COMPUTE 420u

/* capability_bits */
#define CAP_COMPUTE_SHADER     (1u << 7)
#define CAP_GUEST_MAY_INIT_LOG (1u << 14)
#define CAP_TRANSFER           (1u << 17)
#define CAP_COPY_TRANSFER      (1u << 26)
#define CAP_ARB_BUFFER_STORAGE (1u << 31)
/* capability_bits_v2 */
#define CAP_V2_UNTYPED_RESOURCE              (1u << 1)
#define CAP_V2_MEMINFO                       (1u << 3)
#define CAP_V2_COPY_TRANSFER_BOTH_DIRECTIONS (1u << 7)
#define CAP_V2_SCANOUT_USES_GBM              (1u << 8)

static const struct {
	uint32_t dword, bits;
} masked[] = {
	{ CAPS_BITS, CAP_GUEST_MAY_INIT_LOG | CAP_ARB_BUFFER_STORAGE },
	{ CAPS_BITS_V2, CAP_V2_UNTYPED_RESOURCE | CAP_V2_MEMINFO |
				CAP_V2_COPY_TRANSFER_BOTH_DIRECTIONS | CAP_V2_SCANOUT_USES_GBM },
};

static uint32_t get(const uint8_t *data, uint32_t size, uint32_t dword)
{
	uint32_t value = 0;

	if (dword * 4 + 4 <= size)
		memcpy(&value, data + dword * 4, 4);
	return value;
}

static void set(uint8_t *data, uint32_t size, uint32_t dword, uint32_t value)
{
	if (dword * 4 + 4 <= size)
		memcpy(data + dword * 4, &value, 4);
}

void virgl_caps_mask(uint8_t *data, uint32_t size, bool compute, bool shared)
{
	for (size_t i = 0; i < ARRAY_SIZE(masked); i++) {
		uint32_t value = get(data, size, masked[i].dword);
		set(data, size, masked[i].dword, value & ~masked[i].bits);
	}
	if (!shared)
		set(data, size, CAPS_BITS,
			get(data, size, CAPS_BITS) & ~(CAP_TRANSFER | CAP_COPY_TRANSFER));
	if (compute)
		return;
	set(data, size, CAPS_BITS, get(data, size, CAPS_BITS) & ~CAP_COMPUTE_SHADER);
	if (get(data, size, CAPS_GLSL_LEVEL) > GLSL_WITHOUT_COMPUTE)
		set(data, size, CAPS_GLSL_LEVEL, GLSL_WITHOUT_COMPUTE);
	for (uint32_t dword = CAPS_COMPUTE_INVOCATIONS; dword < CAPS_COMPUTE_END; dword++)
		set(data, size, dword, 0);
}

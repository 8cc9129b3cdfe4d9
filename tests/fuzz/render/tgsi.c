/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/tgsi.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "shared/pieces.h"
#include "util.h"

static const struct {
	uint32_t type;
	const char *text;
} shaders[] = {
	{ 0, "VERT\nDCL IN[0]\nDCL IN[1]\nDCL OUT[0], POSITION\nDCL OUT[1], GENERIC[0]\n"
	     "  0: MOV OUT[0], IN[0]\n  1: MOV OUT[1], IN[1]\n  2: END\n" },
	{ 0, "VERT\nDCL IN[0]\nDCL OUT[0], POSITION\nDCL OUT[1], CLIPDIST\nDCL OUT[2], PSIZE\n"
	     "DCL CONST[0][0..7]\nDCL TEMP[0..3], LOCAL\nDCL ADDR[0]\nDCL SV[0], VERTEXID\n"
	     "DCL SV[1], INSTANCEID\nIMM[0] FLT32 { 0.0, 1.0, 0.5, 2.0}\nIMM[1] INT32 {0, 1, 2, 3}\n"
	     "  0: UARL ADDR[0].x, SV[1].xxxx\n  1: MUL TEMP[0], CONST[0][0], IN[0].xxxx\n"
	     "  2: MAD TEMP[0], CONST[0][ADDR[0].x+1], IN[0].yyyy, TEMP[0]\n"
	     "  3: I2F TEMP[1].x, SV[0].xxxx\n  4: MOV OUT[0], TEMP[0]\n"
	     "  5: MOV OUT[1], IMM[0]\n  6: MOV OUT[2].x, TEMP[1].xxxx\n  7: END\n" },
	{ 1, "FRAG\nPROPERTY FS_COLOR0_WRITES_ALL_CBUFS 1\nDCL IN[0], GENERIC[0], PERSPECTIVE\n"
	     "DCL OUT[0], COLOR\n  0: MOV OUT[0], IN[0]\n  1: END\n" },
	{ 1, "FRAG\nDCL IN[0], GENERIC[0], PERSPECTIVE\nDCL IN[1], POSITION, LINEAR\nDCL IN[2], FACE, CONSTANT\n"
	     "DCL OUT[0], COLOR\nDCL OUT[1], POSITION\nDCL OUT[2], COLOR[1]\nDCL SAMP[0]\nDCL SAMP[1]\n"
	     "DCL SVIEW[0], 2D, FLOAT\nDCL SVIEW[1], CUBE, FLOAT\nDCL CONST[1][0..15]\nDCL TEMP[0..5], LOCAL\n"
	     "IMM[0] FLT32 { 0.0, 1.0, 0.5, 2.0}\n"
	     "  0: TEX TEMP[0], IN[0], SAMP[0], 2D\n  1: TXL TEMP[1], IN[1], SAMP[1], CUBE\n"
	     "  2: FSLT TEMP[2].x, TEMP[0].xxxx, IMM[0].zzzz\n  3: UIF TEMP[2].xxxx\n"
	     "  4:   KILL_IF -TEMP[1].wwww\n  5: ELSE\n  6:   DDX TEMP[1], TEMP[0]\n  7: ENDIF\n"
	     "  8: MAD OUT[0], TEMP[0], CONST[1][3], TEMP[1]\n  9: MOV OUT[1].z, IN[1].zzzz\n"
	     " 10: MOV OUT[2], IMM[0]\n 11: END\n" },
	{ 1, "FRAG\nDCL IN[0].xy, GENERIC[1], PERSPECTIVE\nDCL OUT[0], COLOR\n"
	     "DCL BUFFER[0]\nDCL BUFFER[1], ATOMIC\nDCL IMAGE[0], 2D, PIPE_FORMAT_R32_UINT, WR\n"
	     "DCL HWATOMIC[0][0..1]\nDCL TEMP[0..3], LOCAL\nIMM[0] INT32 {0, 4, 1, 16}\n"
	     "  0: F2I TEMP[0].xy, IN[0].xyxy\n  1: ATOMUADD TEMP[1].x, BUFFER[0], IMM[0].yyyy, IMM[0].zzzz\n"
	     "  2: LOAD TEMP[2], IMAGE[0], TEMP[0].xyxy, 2D, PIPE_FORMAT_R32_UINT\n"
	     "  3: STORE IMAGE[0], TEMP[0].xyxy, TEMP[1].xxxx, 2D, PIPE_FORMAT_R32_UINT\n"
	     "  4: ATOMUADD TEMP[3].x, HWATOMIC[0][0], IMM[0].xxxx, IMM[0].zzzz\n"
	     "  5: STORE BUFFER[0].x, IMM[0].wwww, TEMP[3].xxxx\n  6: U2F OUT[0], TEMP[2]\n  7: END\n" },
	{ 2, "GEOM\nPROPERTY GS_INPUT_PRIMITIVE TRIANGLES\nPROPERTY GS_OUTPUT_PRIMITIVE TRIANGLE_STRIP\n"
	     "PROPERTY GS_MAX_OUTPUT_VERTICES 3\nPROPERTY GS_INVOCATIONS 1\n"
	     "DCL IN[][0], POSITION\nDCL IN[][1], GENERIC[0]\nDCL OUT[0], POSITION\nDCL OUT[1], GENERIC[0]\n"
	     "DCL OUT[2], LAYER\nDCL TEMP[0], LOCAL\nDCL ADDR[0]\nIMM[0] INT32 {0, 1, 3, 2}\n"
	     "  0: MOV TEMP[0].x, IMM[0].xxxx\n  1: BGNLOOP\n  2:   USGE TEMP[0].y, TEMP[0].xxxx, IMM[0].zzzz\n"
	     "  3:   UIF TEMP[0].yyyy\n  4:     BRK\n  5:   ENDIF\n  6:   UARL ADDR[0].x, TEMP[0].xxxx\n"
	     "  7:   MOV OUT[0], IN[ADDR[0].x][0]\n  8:   MOV OUT[1], IN[ADDR[0].x][1]\n"
	     "  9:   MOV OUT[2].x, IMM[0].xxxx\n 10:   EMIT IMM[0].xxxx\n"
	     " 11:   UADD TEMP[0].x, TEMP[0].xxxx, IMM[0].yyyy\n 12: ENDLOOP\n 13: ENDPRIM IMM[0].xxxx\n 14: END\n" },
	{ 3, "TESS_CTRL\nPROPERTY TCS_VERTICES_OUT 3\nDCL IN[][0], POSITION\nDCL OUT[][0], POSITION\n"
	     "DCL OUT[1], TESSOUTER\nDCL OUT[2], TESSINNER\nDCL OUT[3], PATCH\nDCL SV[0], INVOCATIONID\nDCL ADDR[0]\n"
	     "IMM[0] FLT32 { 2.0, 1.0, 0.0, 0.0}\n  0: UARL ADDR[0].x, SV[0].xxxx\n"
	     "  1: MOV OUT[ADDR[0].x][0], IN[ADDR[0].x][0]\n  2: MOV OUT[1], IMM[0].xxxx\n"
	     "  3: MOV OUT[2].xy, IMM[0].xxxx\n  4: BARRIER\n  5: MOV OUT[3], IMM[0]\n  6: END\n" },
	{ 4, "TESS_EVAL\nPROPERTY TES_PRIM_MODE 4\nPROPERTY TES_SPACING 2\nPROPERTY TES_VERTEX_ORDER_CW 0\n"
	     "PROPERTY TES_POINT_MODE 0\nDCL IN[][0], POSITION\nDCL IN[1], PATCH\nDCL OUT[0], POSITION\n"
	     "DCL OUT[1], GENERIC[0]\nDCL SV[0], TESSCOORD\nDCL TEMP[0], LOCAL\n"
	     "  0: MUL TEMP[0], IN[0][0], SV[0].xxxx\n  1: MAD TEMP[0], IN[1][0], SV[0].yyyy, TEMP[0]\n"
	     "  2: MOV OUT[0], TEMP[0]\n  3: MOV OUT[1], IN[1]\n  4: END\n" },
	{ 5, "COMP\nPROPERTY CS_FIXED_BLOCK_WIDTH 4\nPROPERTY CS_FIXED_BLOCK_HEIGHT 1\n"
	     "PROPERTY CS_FIXED_BLOCK_DEPTH 1\nDCL SV[0], THREAD_ID\nDCL BUFFER[0]\nDCL MEMORY[0], SHARED\n"
	     "DCL TEMP[0], LOCAL\nIMM[0] INT32 {4, 1, 0, 0}\n  0: UMUL TEMP[0].x, SV[0].xxxx, IMM[0].xxxx\n"
	     "  1: STORE BUFFER[0].x, TEMP[0].xxxx, SV[0].xxxx\n  2: BARRIER\n  3: END\n" },
};

static const char *const lines[] = {
	"DCL IN[2], GENERIC[3], PERSPECTIVE, CENTROID\n",
	"DCL IN[0..7], ARRAY(1), GENERIC[4]\n",
	"DCL OUT[3], VIEWPORT_INDEX\n",
	"DCL OUT[4], CLIPDIST[1]\n",
	"DCL OUT[2..9], ARRAY(2), GENERIC[9]\n",
	"DCL SV[2], SAMPLEID\n",
	"DCL SV[3], PRIMID\n",
	"DCL SAMP[0..7]\n",
	"DCL SAMP[31]\n",
	"DCL SVIEW[2], BUFFER, UINT\n",
	"DCL SVIEW[3], SHADOW2D_ARRAY, FLOAT\n",
	"DCL SVIEW[4], 2D_MSAA, SINT\n",
	"DCL CONST[13][0..4095]\n",
	"DCL TEMP[6..40], ARRAY(3), LOCAL\n",
	"DCL BUFFER[31]\n",
	"DCL IMAGE[1], 3D, PIPE_FORMAT_R8G8B8A8_UNORM, WR\n",
	"DCL IMAGE[7], BUFFER, PIPE_FORMAT_R32G32B32A32_FLOAT\n",
	"DCL MEMORY[0], SHARED\n",
	"DCL HWATOMIC[1..4][2], ARRAY(1)\n",
	"PROPERTY NEXT_SHADER 2\n",
	"PROPERTY FS_COORD_ORIGIN 1\n",
	"PROPERTY FS_DEPTH_LAYOUT 3\n",
	"PROPERTY FS_EARLY_DEPTH_STENCIL 1\n",
	"PROPERTY NUM_CLIPDIST_ENABLED 8\n",
	"PROPERTY NUM_CULLDIST_ENABLED 4\n",
	"PROPERTY GS_INVOCATIONS 32\n",
	"PROPERTY SEPARABLE_PROGRAM 1\n",
	"IMM[2] FLT64 { 0x00000000, 0x3ff00000, 0x0, 0x40000000}\n",
	"IMM[3] UINT32 {4294967295, 0, 31, 2}\n",
	"  0: TXF TEMP[0], IMM[1].xxxx, SAMP[0], 2D\n",
	"  0: TXF TEMP[0], IMM[1].xxxx, SAMP[0], 2D_MSAA\n",
	"  0: TXQ TEMP[0], IMM[1].xxxx, SAMP[0], CUBE_ARRAY\n",
	"  0: TG4 TEMP[0], IN[0], IMM[0].xxxx, SAMP[0], SHADOW2D\n",
	"  0: TXD TEMP[0], IN[0], IN[0], IN[0], SAMP[0], 2D, IMM[1].xyz\n",
	"  0: TEX2 TEMP[0], IN[0], IN[1], SAMP[0], SHADOWCUBE_ARRAY\n",
	"  0: LODQ TEMP[0], IN[0], SAMP[0], 2D\n",
	"  0: RESQ TEMP[0], BUFFER[0]\n",
	"  0: RESQ TEMP[0], IMAGE[0], 2D\n",
	"  0: ATOMCAS TEMP[0].x, BUFFER[0], IMM[0].xxxx, IMM[0].xxxx, IMM[0].yyyy\n",
	"  0: ATOMIMAX TEMP[0], IMAGE[0], TEMP[0], TEMP[1], 2D, PIPE_FORMAT_R32_SINT\n",
	"  0: INTERP_SAMPLE TEMP[0], IN[0], IMM[1].xxxx\n",
	"  0: DADD TEMP[0].xy, TEMP[1].xyxy, TEMP[2].zwzw\n",
	"  0: UBFE TEMP[0], TEMP[1], IMM[1].xxxx, IMM[1].yyyy\n",
	"  0: UDIV TEMP[0], TEMP[1], IMM[1].xxxx\n",
	"  0: MEMBAR IMM[1].xxxx\n",
	"  0: SWITCH TEMP[0].xxxx\n",
	"  0: CAL :3\n",
	"  0: RET\n",
	"  0: CONT\n",
	"  0: MOV TEMP[ADDR[0].x+2](3), CONST[1][ADDR[0].x]\n",
	"  0: MOV OUT[ADDR[0].x+2](2), IN[0]\n",
};

static const char *const words[] = { "MOV", "ADD", "MUL", "MAD", "DP4", "DP2", "TEX", "TXB", "TXP",
	"TXL", "TXF", "LOAD", "STORE", "SSG", "LRP", "POW", "EX2", "FRC", "U2F", "I2F", "F2U",
	"DDIV", "BFI", "UMSB", "IN", "OUT", "TEMP", "CONST", "IMM", "SV", "SAMP", "SVIEW", "BUFFER",
	"IMAGE", "MEMORY", "HWATOMIC", "ADDR", "GENERIC", "TEXCOORD", "COLOR", "BCOLOR", "FOG",
	"POSITION", "CLIPDIST", "CLIPVERTEX", "CULLDIST", "PSIZE", "EDGEFLAG", "LAYER", "PATCH",
	"TESSOUTER", "PCOORD", "SAMPLEMASK", "STENCIL", "FACE", "1D", "2D", "3D", "CUBE", "RECT",
	"SHADOW2D", "SHADOWRECT", "1D_ARRAY", "2D_ARRAY", "2D_MSAA", "2D_ARRAY_MSAA", "CUBE_ARRAY",
	"SHADOWCUBE", "BUFFER", "FLOAT", "UINT", "SINT", "UNORM", "CONSTANT", "LINEAR",
	"PERSPECTIVE", "COLOR", "SAMPLE", "LOCAL", "LINES", "LINES_ADJACENCY",
	"TRIANGLES_ADJACENCY", "POINTS", "QUADS", "ISOLINES", "xxxx", "w", "_SAT" };

size_t tgsi_choose(char *text, size_t max, uint32_t *ret_type)
{
	uint32_t at = pieces_random(ARRAY_SIZE(shaders));

	*ret_type = shaders[at].type;
	return (size_t)snprintf(text, max, "%s", shaders[at].text);
}

/* Replaces n bytes at `at` by a word, if there is room. */
static void replace(char *text, size_t max, size_t at, size_t n, const char *with)
{
	size_t length = strlen(text), add = strlen(with);

	if (length - n + add + 1 > max)
		return;
	memmove(text + at + add, text + at + n, length - at - n + 1);
	memcpy(text + at, with, add);
}

/* The next place from a random one where `is` holds; the length for none. */
static size_t find(const char *text, int (*is)(int))
{
	size_t length = strlen(text), at = pieces_random((uint32_t)length);

	while (at < length && !is((unsigned char)text[at]))
		at++;
	return at;
}

static void change_number(char *text, size_t max)
{
	static const uint32_t usual[] = { 0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128,
		255, 256, 4095, 4096, 65535, 65536 };
	uint32_t value =
		pieces_chance(4) ? pieces_boundary() : usual[pieces_random(ARRAY_SIZE(usual))];
	size_t at = find(text, isdigit), n = 0;
	char number[12];

	while (isdigit((unsigned char)text[at + n]))
		n++;
	snprintf(number, sizeof(number), "%u", value);
	replace(text, max, at, n, number);
}

static void change_word(char *text, size_t max)
{
	size_t at = find(text, isupper), n = 0;

	while (isalpha((unsigned char)text[at + n]))
		n++;
	replace(text, max, at, n, words[pieces_random(ARRAY_SIZE(words))]);
}

/* The start of a line, not the first. */
static size_t line_start(const char *text)
{
	const char *end = strchr(text + pieces_random((uint32_t)strlen(text)), '\n');

	return end ? (size_t)(end + 1 - text) : 0;
}

static void change_line(char *text, size_t max)
{
	size_t at = line_start(text);
	char *end = strchr(text + at, '\n');
	static char line[256];

	if (!end || at == 0)
		return;
	switch (pieces_random(3)) {
	case 0:
		memmove(text + at, end + 1, strlen(end + 1) + 1);
		break;
	case 1:
		snprintf(line, sizeof(line), "%.*s", (int)(end + 1 - (text + at)), text + at);
		replace(text, max, line_start(text), 0, line);
		break;
	default:
		replace(text, max, at, 0, lines[pieces_random(ARRAY_SIZE(lines))]);
		break;
	}
}

size_t tgsi_mutate(char *text, size_t max)
{
	uint32_t n = 1 + pieces_random(3);

	for (uint32_t i = 0; i < n && text[0]; i++) {
		switch (pieces_random(3)) {
		case 0:
			change_number(text, max);
			break;
		case 1:
			change_word(text, max);
			break;
		default:
			change_line(text, max);
			break;
		}
	}
	return strlen(text);
}

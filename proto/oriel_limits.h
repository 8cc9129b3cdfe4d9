/* SPDX-License-Identifier: MIT */
/*
 * Every limit of the guest protocol, by name. A limit that an operator may change is a key of the
 * configuration instead; these are the ones that both ends are built with.
 */
#ifndef ORIEL_LIMITS_H
#define ORIEL_LIMITS_H

#define ORIEL_VERSION_MIN 1u /* lowest version of the protocol that this tree speaks */
#define ORIEL_VERSION_MAX 1u /* highest */

#define ORIEL_MESSAGE_MAX     (1u << 20)                /* bytes of one message, header included */
#define ORIEL_MESSAGE_LEAST   (128u << 10)              /* no end may limit the other to less */
#define ORIEL_BULK_CHUNK_MAX  (ORIEL_MESSAGE_MAX - 64u) /* payload bytes in one BULK message */
#define ORIEL_BULK_TOTAL_MAX  (256u << 20)              /* bytes of all bulk transfers under way */
#define ORIEL_BULK_OPEN_MAX   16u         /* bulk transfers under way on one connection */
#define ORIEL_OPCODE_CHANNEL  0x100u      /* opcodes from here on are the channel's own */
#define ORIEL_CHANNELS        256u        /* channel 0 carries control messages */
#define ORIEL_PROGRAM_MAX     63u         /* bytes of a program's name */
#define ORIEL_LOG_TEXT_MAX    1023u       /* bytes of one log line from a guest */
#define ORIEL_REASON_MAX      255u        /* bytes of a reason given in BYE or CLOSED */
#define ORIEL_PARAMETERS_MAX  4096u       /* bytes of what a channel is opened with */
#define ORIEL_CAPS_MAX        (64u << 10) /* bytes of what the host tells of a channel it opened */
#define ORIEL_NONCE_SIZE      16u         /* bytes; from the system's random source */
#define ORIEL_RESYNC_SCAN_MAX (8u << 20)  /* bytes discarded in search of a hello */
#define ORIEL_CREDIT_DEFAULT  (4u << 20)  /* bytes a channel may send before it is granted more */
#define ORIEL_FRAMES_AHEAD    2u          /* presents a channel may send before one retires */

#define ORIEL_HELLO_RETRY_MS    2000u  /* a guest without an answer says hello again after this */
#define ORIEL_HELLO_DEADLINE_MS 10000u /* a local connection without a hello is closed after this */
#define ORIEL_PING_MS           5000u  /* a guest that sent nothing for so long is pinged */
#define ORIEL_SILENCE_MS        20000u /* a guest that sent nothing for so long is given up */

#endif

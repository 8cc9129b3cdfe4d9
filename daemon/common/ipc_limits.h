/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of the messages between Oriel's own processes, and of what a session may hold. */
#ifndef ORIEL_IPC_LIMITS_H
#define ORIEL_IPC_LIMITS_H

#define IPC_MESSAGE_MAX        65536u /* bytes of one message */
#define IPC_QUEUE_MAX          1024u  /* messages waiting for a peer that does not read */
#define IPC_NAME_MAX           63u    /* bytes of a session's or program's name */
#define IPC_TEXT_MAX           255u   /* bytes of a reason, a renderer string, an address */
#define IPC_GPUS_MAX           16u    /* candidates of the GPU choice */
#define IPC_LIMITS_MAX         32u    /* limits of a session (limit.h) */
#define IPC_STREAMS_MAX        128u /* streams of a session: guest connections, and their channels */
#define IPC_CHANNELS_MAX       64u  /* channels of a session; the rest are refused */
#define IPC_SURFACES_MAX       64u  /* surfaces of a session; further ones are not shown */
#define IPC_DAMAGE_MAX         64u  /* rectangles of one frame; more become their bounds */
#define IPC_VIEWERS_MAX        256u        /* viewers of a session */
#define IPC_DISPLAYS_MAX       16u         /* displays of a session */
#define IPC_EVENTS_MAX         256u        /* input events of one request */
#define IPC_TOKEN_SIZE         16u         /* bytes that name an Oriel stream across a restart */
#define IPC_SURFACE_PIXELS_MAX (64u << 20) /* larger surfaces are not shown */
#define IPC_SURFACE_SIDE_MAX   16384u      /* pixels of a surface's width or height */

#endif

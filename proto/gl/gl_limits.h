/* SPDX-License-Identifier: MIT */
/* Limits of the messages of a channel of forwarded OpenGL (gl_messages.json). */
#ifndef GL_LIMITS_H
#define GL_LIMITS_H

#define GLM_VERSION           1u  /* of the messages of such a channel */
#define GLM_CLIENT_ARRAYS_MAX 48u /* arrays that one draw may take from the program's memory */
#define GLM_DATA_MAX          (64u << 20)  /* bytes of their data */
#define GLM_STRING_MAX        255u         /* bytes of GL_VENDOR and its like */
#define GLM_EXTENSIONS_MAX    (32u << 10)  /* bytes of the extensions' names */
#define GLM_LIMITS_MAX        512u         /* values that a context's creation tells */
#define GLM_CONFIGS_MAX       256u         /* configurations of default framebuffers */
#define GLM_LOG_MAX           (64u << 10)  /* bytes of a compiler's log or a debug message */
#define GLM_RESOURCES_MAX     (512u << 10) /* bytes of a program's resources */

#endif

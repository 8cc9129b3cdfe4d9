/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SANITIZED: built with a sanitizer that has a heap of its own. gcc and clang say so in different ways. */
#ifndef ORIEL_SANITIZED_H
#define ORIEL_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#endif

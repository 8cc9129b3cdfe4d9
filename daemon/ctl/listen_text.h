/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORIEL_CTL_LISTEN_TEXT_H
#define ORIEL_CTL_LISTEN_TEXT_H

#include <cjson/cJSON.h>

/* KIND:PATH[:MODE] as the API's document of a listener; the parts are not checked. NULL: not of this form. */
cJSON *listen_text_document(const char *text);

#endif

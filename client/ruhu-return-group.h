/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuReturnGroup: where a laptop that the township does not know any more is enrolled again, with everything that it holds. Hidden while there is no need. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_RETURN_GROUP (ruhu_return_group_get_type ())
G_DECLARE_FINAL_TYPE (RuhuReturnGroup, ruhu_return_group, RUHU, RETURN_GROUP, AdwPreferencesGroup)

/* The name of the daemon's last error, by which it shows itself. */
void ruhu_return_group_set_error_name (RuhuReturnGroup *self, const char *name);

G_END_DECLS

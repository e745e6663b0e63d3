/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RuhuCarryGroup: the exchange with the township on a USB stick, for where there is no network. The daemon does it; here it is asked for, and what came of it is said. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define RUHU_TYPE_CARRY_GROUP (ruhu_carry_group_get_type ())
G_DECLARE_FINAL_TYPE (RuhuCarryGroup, ruhu_carry_group, RUHU, CARRY_GROUP, AdwBin)

G_END_DECLS

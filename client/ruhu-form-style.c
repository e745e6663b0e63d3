/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-form"

#include "config.h"

#include "ruhu-form-style.h"

#include "ruhu-form-resources.h"

#include <gtk/gtk.h>

void
ruhu_form_add_style (void)
{
  static gsize done = 0;
  g_autoptr (GtkCssProvider) provider = NULL;

  if (!g_once_init_enter (&done))
    return;
  /* Named, so that the linker takes the resources out of the static library. */
  g_resources_register (ruhu_form_get_resource ());
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, "/org/ruhu/form/ruhu-form.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_once_init_leave (&done, 1);
}

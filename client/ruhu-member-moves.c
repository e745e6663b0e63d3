/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-member-moves"

#include "config.h"

#include "ruhu-member-moves.h"

#include "ruhu-cleanups.h"
#include "ruhu-wrap-layout.h"

#include <glib/gi18n.h>

#define FIELD "member_state"
/* In the code list those who have come are 1x. */

struct _RuhuMemberMoves
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;
  GPtrArray *ids; /* of those that may leave, as the list of names shows them */

  /* Borrowed. */
  RuhuFormPart *part;
  RuhuField *field;
  GtkWidget *leave;
  GtkDropDown *who;
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RuhuMemberMoves, ruhu_member_moves, GTK_TYPE_WIDGET)

static void
write_state (RuhuMemberMoves *self, const char *record, const char *code)
{
  g_autoptr (RuhuJson) value = json_object_new_string (code);

  ruhu_edit_session_set_value (self->session, self->field, record, value);
  g_signal_emit (self, signals[CHANGED], 0, record);
}

static void
came_cb (RuhuMemberMoves *self, GtkWidget *button)
{
  g_autofree char *record = g_strdup (ruhu_edit_session_add_record (self->session, self->part->record));

  write_state (self, record, g_object_get_data (G_OBJECT (button), "ruhu-code"));
}

static void
left_cb (RuhuMemberMoves *self, GtkWidget *button)
{
  guint selected = gtk_drop_down_get_selected (self->who);

  gtk_menu_button_popdown (GTK_MENU_BUTTON (self->leave));
  if (selected < self->ids->len)
    write_state (self, self->ids->pdata[selected], g_object_get_data (G_OBJECT (button), "ruhu-code"));
}

/* Those who are there now. */
static void
list_members (RuhuMemberMoves *self)
{
  g_autoptr (GPtrArray) ids = ruhu_edit_session_list_records (self->session, self->part);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->ids, 0);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *title = NULL;

      if (ruhu_edit_session_is_gone (self->session, self->part->record, ids->pdata[i]))
        continue;
      title = ruhu_edit_session_dup_title (self->session, self->part->record, ids->pdata[i]);
      gtk_string_list_append (names, title);
      g_ptr_array_add (self->ids, g_strdup (ids->pdata[i]));
    }
  gtk_drop_down_set_model (self->who, G_LIST_MODEL (names));
  gtk_widget_set_sensitive (self->leave, self->ids->len > 0);
}

static void
edited_cb (RuhuMemberMoves *self, const char *type, const char *record)
{
  /* Not while somebody is choosing. */
  if (g_strcmp0 (type, self->part->record->name) == 0 && !gtk_widget_get_mapped (GTK_WIDGET (self->who)))
    list_members (self);
}

static GtkWidget *
new_button (RuhuMemberMoves *self, RuhuChoice *choice, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (ruhu_label_get (&choice->label));

  g_object_set_data (G_OBJECT (button), "ruhu-code", (gpointer) choice->code);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_label (RuhuMemberMoves *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "ruhu-move-label");
  gtk_widget_set_parent (label, GTK_WIDGET (self));
}

static GtkWidget *
new_popover (RuhuMemberMoves *self)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->who = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->who), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Who has left"), -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->who));
  for (guint i = 0; i < self->field->choices->choices->len; i++)
    {
      RuhuChoice *choice = self->field->choices->choices->pdata[i];

      if (choice->past == RUHU_PAST_GONE && !choice->retired)
        gtk_box_append (GTK_BOX (box), new_button (self, choice, G_CALLBACK (left_cb)));
    }
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  return popover;
}

static void
ruhu_member_moves_dispose (GObject *object)
{
  RuhuMemberMoves *self = RUHU_MEMBER_MOVES (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_pointer (&self->ids, g_ptr_array_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_member_moves_parent_class)->dispose (object);
}

static void
ruhu_member_moves_class_init (RuhuMemberMovesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_member_moves_dispose;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), RUHU_TYPE_WRAP_LAYOUT);
}

static void
ruhu_member_moves_init (RuhuMemberMoves *self)
{
  self->ids = g_ptr_array_new_with_free_func (g_free);
}

gboolean
ruhu_member_moves_fits (RuhuFormPart *part)
{
  RuhuField *field = ruhu_record_type_get_field (part->record, FIELD);
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (part->record, part);

  return part->mode == RUHU_PART_EACH && field != NULL && field->choices != NULL && g_ptr_array_find (fields, field, NULL);
}

GtkWidget *
ruhu_member_moves_new (RuhuEditSession *session, RuhuFormPart *part)
{
  RuhuMemberMoves *self = g_object_new (RUHU_TYPE_MEMBER_MOVES, NULL);

  g_return_val_if_fail (RUHU_IS_EDIT_SESSION (session) && ruhu_member_moves_fits (part), NULL);
  self->session = g_object_ref (session);
  self->part = part;
  self->field = ruhu_record_type_get_field (part->record, FIELD);
  add_label (self, _ ("Somebody has come:"));
  for (guint i = 0; i < self->field->choices->choices->len; i++)
    {
      RuhuChoice *choice = self->field->choices->choices->pdata[i];

      if (choice->code[0] == '1' && !choice->retired)
        gtk_widget_set_parent (new_button (self, choice, G_CALLBACK (came_cb)), GTK_WIDGET (self));
    }
  self->leave = gtk_menu_button_new ();
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->leave), _ ("Somebody Has Left…"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->leave), new_popover (self));
  gtk_widget_set_parent (self->leave, GTK_WIDGET (self));
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  list_members (self);
  return GTK_WIDGET (self);
}

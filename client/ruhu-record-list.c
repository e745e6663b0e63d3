/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-record-list"

#include "config.h"

#include "ruhu-record-list.h"

#include "ruhu-describe.h"
#include "ruhu-record-card.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/* Up to so many fields in all, the cards are open from the start. */
#define MAX_OPEN_FIELDS 12

struct _RuhuRecordList
{
  GtkWidget parent_instance;

  /* Owned. */
  RuhuEditSession *session;

  /* Borrowed. */
  RuhuFormPart *part;
  GtkWidget *cards;  /* a box of RuhuRecordCard */
  GtkWidget *folded; /* another one: what is past */
  GtkExpander *fold;
  GtkWidget *none;
  GtkWidget *add;
};

G_DEFINE_FINAL_TYPE (RuhuRecordList, ruhu_record_list, GTK_TYPE_WIDGET)

static guint
count (GtkWidget *cards)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (cards); child != NULL; child = gtk_widget_get_next_sibling (child))
    n++;
  return n;
}

static void
update_none (RuhuRecordList *self)
{
  guint n = count (self->folded);
  g_autofree char *label = ruhu_describe_past (self->part->record, n);

  gtk_expander_set_label (self->fold, label);
  gtk_widget_set_visible (GTK_WIDGET (self->fold), n > 0);
  gtk_widget_set_visible (self->none, self->part->mode == RUHU_PART_EACH && n == 0 && gtk_widget_get_first_child (self->cards) == NULL);
}

static RuhuRecordCard *
find_card (RuhuRecordList *self, const char *record)
{
  GtkWidget *boxes[] = { self->cards, self->folded };

  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    for (GtkWidget *child = gtk_widget_get_first_child (boxes[i]); child != NULL; child = gtk_widget_get_next_sibling (child))
      if (g_strcmp0 (ruhu_record_card_get_record (RUHU_RECORD_CARD (child)), record) == 0)
        return RUHU_RECORD_CARD (child);
  return NULL;
}

static void
card_remove_cb (RuhuRecordList *self, RuhuRecordCard *card)
{
  g_autofree char *record = g_strdup (ruhu_record_card_get_record (card));

  gtk_widget_activate_action (GTK_WIDGET (self), "visit.remove", "(ss)", self->part->record->name, record);
}

/* Few fields in all are quicker read than clicked. */
static gboolean
opens_at_once (RuhuRecordList *self, GPtrArray *ids, const char *record)
{
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (self->part->record, self->part);

  return (ids->len * fields->len <= MAX_OPEN_FIELDS || self->part->mode == RUHU_PART_ADD) && !ruhu_edit_session_is_folded (self->session, self->part, record);
}

static RuhuRecordCard *
add_card (RuhuRecordList *self, const char *record, gboolean open)
{
  GtkWidget *card = ruhu_record_card_new (self->session, self->part, record);

  ruhu_record_card_set_open (RUHU_RECORD_CARD (card), open);
  g_signal_connect_object (card, "remove", G_CALLBACK (card_remove_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (ruhu_edit_session_is_folded (self->session, self->part, record) ? self->folded : self->cards), card);
  return RUHU_RECORD_CARD (card);
}

static void
remove_others (GtkWidget *cards, GPtrArray *ids)
{
  GtkWidget *next;

  for (GtkWidget *child = gtk_widget_get_first_child (cards); child != NULL; child = next)
    {
      next = gtk_widget_get_next_sibling (child);
      if (!g_ptr_array_find_with_equal_func (ids, ruhu_record_card_get_record (RUHU_RECORD_CARD (child)), g_str_equal, NULL))
        gtk_box_remove (GTK_BOX (cards), child);
    }
}

/* Whoever is added here must be complete here: a part that lacks a required field only looks at those there are. */
static gboolean
can_add (RuhuRecordList *self, GPtrArray *fields)
{
  RuhuRecordType *type = self->part->record;

  for (guint i = 0; i < type->fields->len; i++)
    {
      RuhuField *field = type->fields->pdata[i];

      if (field->required && field->relevant == NULL && field->calculate == NULL && !field->retired && !g_ptr_array_find (fields, field, NULL))
        return FALSE;
    }
  return ruhu_edit_session_may_add (self->session, type);
}

/* The list follows the session: the same records may be listed in another step. */
static void
edited_cb (RuhuRecordList *self, const char *type, const char *record)
{
  g_autoptr (GPtrArray) ids = NULL;
  GtkWidget *last = NULL;

  if (g_strcmp0 (type, self->part->record->name) != 0)
    return;
  ids = ruhu_edit_session_list_records (self->session, self->part);
  remove_others (self->cards, ids);
  remove_others (self->folded, ids);
  for (guint i = 0; i < ids->len; i++)
    {
      RuhuRecordCard *card = find_card (self, ids->pdata[i]);

      if (card == NULL)
        {
          GtkWidget *box;

          /* Another year's, when the visit's date was put right, is as much in use as the one before it. */
          card = add_card (self, ids->pdata[i], ruhu_draft_body_is_begun (ruhu_edit_session_get_body (self->session), type, ids->pdata[i]) && opens_at_once (self, ids, ids->pdata[i]));
          box = gtk_widget_get_parent (GTK_WIDGET (card));
          gtk_box_reorder_child_after (GTK_BOX (box), GTK_WIDGET (card), last != NULL && gtk_widget_get_parent (last) == box ? last : NULL);
        }
      last = GTK_WIDGET (card);
    }
  update_none (self);
}

static void
add_cb (RuhuRecordList *self)
{
  const char *record = ruhu_edit_session_add_record (self->session, self->part->record);
  RuhuRecordCard *card = find_card (self, record);

  ruhu_record_card_set_open (card, TRUE);
  ruhu_record_card_focus_field (card, NULL);
}

static void
ruhu_record_list_dispose (GObject *object)
{
  RuhuRecordList *self = RUHU_RECORD_LIST (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (ruhu_record_list_parent_class)->dispose (object);
}

static void
ruhu_record_list_class_init (RuhuRecordListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ruhu_record_list_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
ruhu_record_list_init (RuhuRecordList *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 8);
  self->cards = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->folded = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_set_margin_top (self->folded, 8);
  self->fold = GTK_EXPANDER (gtk_expander_new (NULL));
  gtk_expander_set_child (self->fold, self->folded);
  self->none = gtk_label_new (_ ("Nothing recorded so far."));
  gtk_label_set_xalign (GTK_LABEL (self->none), 0);
  gtk_widget_add_css_class (self->none, "dim-label");
  self->add = gtk_button_new ();
  gtk_widget_set_halign (self->add, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->add, "ruhu-add");
  g_signal_connect_object (self->add, "clicked", G_CALLBACK (add_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (self->cards, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->fold), GTK_WIDGET (self));
  gtk_widget_set_parent (self->none, GTK_WIDGET (self));
  gtk_widget_set_parent (self->add, GTK_WIDGET (self));
}

GtkWidget *
ruhu_record_list_new (RuhuEditSession *session, RuhuFormPart *part)
{
  RuhuRecordList *self = g_object_new (RUHU_TYPE_RECORD_LIST, NULL);
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GPtrArray) fields = ruhu_session_list_fields (part->record, part);
  g_autofree char *label = g_strdup_printf (_ ("Add: %s"), ruhu_label_get (&part->record->label));
  GtkWidget *content = adw_button_content_new ();

  self->session = g_object_ref (session);
  self->part = part;
  ids = ruhu_edit_session_list_records (session, part);
  for (guint i = 0; i < ids->len; i++)
    add_card (self, ids->pdata[i], opens_at_once (self, ids, ids->pdata[i]));
  update_none (self);
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "list-add-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), label);
  gtk_button_set_child (GTK_BUTTON (self->add), content);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_visible (self->add, can_add (self, fields));
  g_signal_connect_object (session, "edited", G_CALLBACK (edited_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
ruhu_record_list_reveal (RuhuRecordList *self)
{
  g_return_if_fail (RUHU_IS_RECORD_LIST (self));
  for (GtkWidget *child = gtk_widget_get_first_child (self->cards); child != NULL; child = gtk_widget_get_next_sibling (child))
    ruhu_record_card_reveal (RUHU_RECORD_CARD (child));
  for (GtkWidget *child = gtk_widget_get_first_child (self->folded); child != NULL; child = gtk_widget_get_next_sibling (child))
    ruhu_record_card_reveal (RUHU_RECORD_CARD (child));
}

gboolean
ruhu_record_list_focus_field (RuhuRecordList *self, const char *record, const char *field)
{
  RuhuRecordCard *card;

  g_return_val_if_fail (RUHU_IS_RECORD_LIST (self), FALSE);
  card = find_card (self, record);
  if (card == NULL)
    return FALSE;
  if (gtk_widget_is_ancestor (GTK_WIDGET (card), self->folded))
    gtk_expander_set_expanded (self->fold, TRUE);
  return ruhu_record_card_focus_field (card, field);
}

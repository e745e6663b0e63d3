/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "ruhu-field-editor"

#include "config.h"

#include "ruhu-field-editor.h"

#include "ruhu-buttons-editor.h"
#include "ruhu-entry-editor.h"
#include "ruhu-list-editor.h"
#include "ruhu-text-editor.h"

/* As many choices as lie side by side; more go into a list. */
#define MAX_BUTTONS 4

typedef struct
{
  RuhuField *field; /* borrowed */
  guint n_frozen;
} RuhuFieldEditorPrivate;

enum
{
  PROP_0,
  PROP_FIELD,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (RuhuFieldEditor, ruhu_field_editor, GTK_TYPE_WIDGET)

static GtkWidget *
ruhu_field_editor_real_get_target (RuhuFieldEditor *self)
{
  return GTK_WIDGET (self);
}

static gboolean
ruhu_field_editor_grab_focus (GtkWidget *widget)
{
  GtkWidget *target = RUHU_FIELD_EDITOR_GET_CLASS (widget)->get_target (RUHU_FIELD_EDITOR (widget));

  return target != widget ? gtk_widget_grab_focus (target) : gtk_widget_child_focus (widget, GTK_DIR_TAB_FORWARD);
}

static void
ruhu_field_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FIELD)
    g_value_set_pointer (value, ruhu_field_editor_get_field (RUHU_FIELD_EDITOR (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ruhu_field_editor_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (RUHU_FIELD_EDITOR (object));

  if (id == PROP_FIELD)
    priv->field = g_value_get_pointer (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ruhu_field_editor_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (ruhu_field_editor_parent_class)->dispose (object);
}

gboolean
ruhu_field_editor_move_focus (GtkWidget *widget, GtkDirectionType direction)
{
  gboolean back = direction == GTK_DIR_TAB_BACKWARD;
  GtkWidget *child = gtk_widget_get_focus_child (widget);

  if (child == NULL)
    child = back ? gtk_widget_get_last_child (widget) : gtk_widget_get_first_child (widget);
  for (; child != NULL; child = back ? gtk_widget_get_prev_sibling (child) : gtk_widget_get_next_sibling (child))
    if (gtk_widget_child_focus (child, direction))
      return TRUE;
  return FALSE;
}

static gboolean
ruhu_field_editor_focus (GtkWidget *widget, GtkDirectionType direction)
{
  if (direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_TAB_BACKWARD)
    return ruhu_field_editor_move_focus (widget, direction);
  return GTK_WIDGET_CLASS (ruhu_field_editor_parent_class)->focus (widget, direction);
}

static void
ruhu_field_editor_class_init (RuhuFieldEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ruhu_field_editor_get_property;
  object_class->set_property = ruhu_field_editor_set_property;
  object_class->dispose = ruhu_field_editor_dispose;
  widget_class->focus = ruhu_field_editor_focus;
  widget_class->grab_focus = ruhu_field_editor_grab_focus;
  klass->get_target = ruhu_field_editor_real_get_target;
  properties[PROP_FIELD] = g_param_spec_pointer ("field", NULL, NULL, G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
ruhu_field_editor_init (RuhuFieldEditor *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  if (GTK_IS_BOX_LAYOUT (layout))
    gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
}

static GType
find_type (RuhuField *field)
{
  switch (field->type)
    {
    case RUHU_TYPE_TEXT:
      return field->long_text ? RUHU_TYPE_TEXT_EDITOR : RUHU_TYPE_ENTRY_EDITOR;
    case RUHU_TYPE_INTEGER:
    case RUHU_TYPE_DECIMAL:
    case RUHU_TYPE_MONEY:
    case RUHU_TYPE_DATE:
    case RUHU_TYPE_MONTH:
      return RUHU_TYPE_ENTRY_EDITOR;
    case RUHU_TYPE_CHOICE:
      return field->choices->choices->len <= MAX_BUTTONS ? RUHU_TYPE_BUTTONS_EDITOR : RUHU_TYPE_LIST_EDITOR;
    case RUHU_TYPE_BOOLEAN:
    case RUHU_TYPE_CHOICES:
      return RUHU_TYPE_BUTTONS_EDITOR;
    case RUHU_TYPE_REFERENCE:
      return RUHU_TYPE_LIST_EDITOR;
    case RUHU_TYPE_PHOTO:
    default:
      return G_TYPE_INVALID;
    }
}

RuhuFieldEditor *
ruhu_field_editor_new (RuhuField *field)
{
  GType type;

  g_return_val_if_fail (field != NULL, NULL);
  type = find_type (field);
  return type != G_TYPE_INVALID ? g_object_new (type, "field", field, NULL) : NULL;
}

RuhuField *
ruhu_field_editor_get_field (RuhuFieldEditor *self)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (self);

  return priv->field;
}

void
ruhu_field_editor_set_value (RuhuFieldEditor *self, json_object *value)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (self);

  priv->n_frozen++;
  RUHU_FIELD_EDITOR_GET_CLASS (self)->set_value (self, value);
  priv->n_frozen--;
}

gboolean
ruhu_field_editor_get_value (RuhuFieldEditor *self, json_object **value, GError **error)
{
  return RUHU_FIELD_EDITOR_GET_CLASS (self)->get_value (self, value, error);
}

char *
ruhu_field_editor_dup_text (RuhuFieldEditor *self)
{
  RuhuFieldEditorClass *klass = RUHU_FIELD_EDITOR_GET_CLASS (self);

  return klass->dup_text != NULL ? klass->dup_text (self) : NULL;
}

void
ruhu_field_editor_set_text (RuhuFieldEditor *self, const char *text)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (self);
  RuhuFieldEditorClass *klass = RUHU_FIELD_EDITOR_GET_CLASS (self);

  priv->n_frozen++;
  if (klass->set_text != NULL)
    klass->set_text (self, text);
  priv->n_frozen--;
}

void
ruhu_field_editor_set_references (RuhuFieldEditor *self, GListModel *references)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (self);
  RuhuFieldEditorClass *klass = RUHU_FIELD_EDITOR_GET_CLASS (self);

  priv->n_frozen++;
  if (klass->set_references != NULL)
    klass->set_references (self, references);
  priv->n_frozen--;
}

void
ruhu_field_editor_set_label (RuhuFieldEditor *self, GtkWidget *label)
{
  GtkWidget *target = RUHU_FIELD_EDITOR_GET_CLASS (self)->get_target (self);

  gtk_accessible_update_relation (GTK_ACCESSIBLE (target), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
}

void
ruhu_field_editor_set_message (RuhuFieldEditor *self, const char *message, gboolean is_error)
{
  GtkWidget *target = RUHU_FIELD_EDITOR_GET_CLASS (self)->get_target (self);

  gtk_accessible_update_property (GTK_ACCESSIBLE (target), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, message != NULL ? message : "", -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (target), GTK_ACCESSIBLE_STATE_INVALID, is_error ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
  if (is_error)
    gtk_widget_add_css_class (target, "error");
  else
    gtk_widget_remove_css_class (target, "error");
}

void
ruhu_field_editor_changed (RuhuFieldEditor *self)
{
  RuhuFieldEditorPrivate *priv = ruhu_field_editor_get_instance_private (self);

  if (priv->n_frozen == 0)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* --- a record that can be referred to --- */

struct _RuhuReferenceItem
{
  GObject parent_instance;

  /* Owned. */
  char *id;
  char *title;
};

enum
{
  ITEM_PROP_0,
  ITEM_PROP_TITLE,
  ITEM_N_PROPS
};

static GParamSpec *item_properties[ITEM_N_PROPS];

G_DEFINE_TYPE (RuhuReferenceItem, ruhu_reference_item, G_TYPE_OBJECT)

static void
ruhu_reference_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == ITEM_PROP_TITLE)
    g_value_set_string (value, RUHU_REFERENCE_ITEM (object)->title);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ruhu_reference_item_finalize (GObject *object)
{
  RuhuReferenceItem *self = RUHU_REFERENCE_ITEM (object);

  g_free (self->id);
  g_free (self->title);
  G_OBJECT_CLASS (ruhu_reference_item_parent_class)->finalize (object);
}

static void
ruhu_reference_item_class_init (RuhuReferenceItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ruhu_reference_item_get_property;
  object_class->finalize = ruhu_reference_item_finalize;
  item_properties[ITEM_PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, ITEM_N_PROPS, item_properties);
}

static void
ruhu_reference_item_init (RuhuReferenceItem *self)
{
}

RuhuReferenceItem *
ruhu_reference_item_new (const char *id, const char *title)
{
  RuhuReferenceItem *self = g_object_new (RUHU_TYPE_REFERENCE_ITEM, NULL);

  self->id = g_strdup (id);
  self->title = g_strdup (title);
  return self;
}

const char *
ruhu_reference_item_get_id (RuhuReferenceItem *self)
{
  return self->id;
}

const char *
ruhu_reference_item_get_title (RuhuReferenceItem *self)
{
  return self->title;
}

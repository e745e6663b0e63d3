/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sheet is a column of blocks: title, headings, rows. A block is laid out for the paper's width, and goes to the next page where it does not fit; a heading stays with
 * the first row below it, and the columns' headings are repeated at the top of a page. */
#define G_LOG_DOMAIN "ruhu-card-printer"

#include "config.h"

#include "ruhu-card-printer.h"

#include "ruhu-describe.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#define FONT_SIZE    10.5 /* points */
#define TITLE_SCALE  1.8
#define PADDING      3.0 /* points, around a cell's text */
#define SECTION_GAP  9.0
#define MARGIN       42.0
#define LABEL_SHARE  0.3 /* of a pair's width */
#define FOOTER_SPACE 34.0

/* A row, laid out. */
typedef struct
{
  RuhuCardSection *section; /* borrowed; NULL: the title or the footer */
  char **cells;             /* borrowed */
  gboolean is_heading;      /* the section's heading */
  gboolean is_columns;      /* the headings of the columns */
  double height;
  guint page;
  double y;
} Block;

typedef struct
{
  RuhuHouseholdCard *card; /* borrowed */
  GArray *blocks;          /* borrowed: Block */
  double width;
  double height;
  guint n_pages;
} Sheet;

/* --- text --- */

static PangoLayout *
new_text (GtkPrintContext *context, const char *text, double width, double scale, gboolean bold)
{
  PangoLayout *layout = gtk_print_context_create_pango_layout (context);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");

  pango_font_description_set_absolute_size (font, FONT_SIZE * scale * PANGO_SCALE);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text != NULL ? text : "", -1);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  return layout;
}

static double
text_height (PangoLayout *layout)
{
  int height;

  pango_layout_get_size (layout, NULL, &height);
  return (double) height / PANGO_SCALE;
}

static guint
count_columns (RuhuCardSection *section)
{
  return section->columns != NULL ? g_strv_length (section->columns) : 2;
}

/* A pair's label is narrow; a table's first two columns are as wide as the others. */
static double
cell_width (Sheet *sheet, RuhuCardSection *section, guint column)
{
  if (section->columns == NULL)
    return sheet->width * (column == 0 ? LABEL_SHARE : 1 - LABEL_SHARE);
  return sheet->width / count_columns (section);
}

static gboolean
is_bold (const Block *block, guint column)
{
  return block->is_columns || (block->section->columns == NULL && column == 0);
}

/* --- laying out --- */

static double
measure_row (Sheet *sheet, GtkPrintContext *context, const Block *block)
{
  double height = 0;

  for (guint i = 0; i < count_columns (block->section); i++)
    {
      g_autoptr (PangoLayout) layout = new_text (context, block->cells[i], cell_width (sheet, block->section, i) - 2 * PADDING, 1, is_bold (block, i));

      height = MAX (height, text_height (layout));
    }
  return height + 2 * PADDING;
}

static void
add_block (Sheet *sheet, GtkPrintContext *context, RuhuCardSection *section, char **cells, gboolean is_heading, gboolean is_columns)
{
  Block block = { .section = section, .cells = cells, .is_heading = is_heading, .is_columns = is_columns };

  if (is_heading)
    {
      g_autoptr (PangoLayout) layout = new_text (context, section->heading, sheet->width, 1.2, TRUE);

      block.height = text_height (layout) + SECTION_GAP + PADDING;
    }
  else
    {
      block.height = measure_row (sheet, context, &block);
    }
  g_array_append_val (sheet->blocks, block);
}

static double
title_height (Sheet *sheet, GtkPrintContext *context)
{
  g_autoptr (PangoLayout) title = new_text (context, sheet->card->title, sheet->width, TITLE_SCALE, TRUE);
  g_autoptr (PangoLayout) subtitle = new_text (context, sheet->card->subtitle, sheet->width, 1, FALSE);

  return text_height (title) + text_height (subtitle) + PADDING;
}

/* How much must fit below a block's top for it to stay on this page: a heading never stands alone at the foot. */
static double
needed_height (Sheet *sheet, guint index)
{
  double height = 0;

  for (guint i = index; i < sheet->blocks->len; i++)
    {
      Block *block = &g_array_index (sheet->blocks, Block, i);

      height += block->height;
      if (!block->is_heading && !block->is_columns)
        break;
    }
  return height;
}

static void
place_blocks (Sheet *sheet, double y)
{
  guint page = 0;

  for (guint i = 0; i < sheet->blocks->len; i++)
    {
      Block *block = &g_array_index (sheet->blocks, Block, i);

      if (y > 0 && y + needed_height (sheet, i) > sheet->height - FOOTER_SPACE)
        {
          page++;
          y = 0;
        }
      block->page = page;
      block->y = y;
      y += block->height;
    }
  sheet->n_pages = page + 1;
}

static void
lay_out (Sheet *sheet, GtkPrintContext *context)
{
  sheet->width = gtk_print_context_get_width (context);
  sheet->height = gtk_print_context_get_height (context);
  g_array_set_size (sheet->blocks, 0);
  for (guint i = 0; i < sheet->card->sections->len; i++)
    {
      RuhuCardSection *section = sheet->card->sections->pdata[i];

      add_block (sheet, context, section, NULL, TRUE, FALSE);
      if (section->columns != NULL)
        add_block (sheet, context, section, section->columns, FALSE, TRUE);
      for (guint j = 0; j < section->rows->len; j++)
        add_block (sheet, context, section, section->rows->pdata[j], FALSE, FALSE);
    }
  place_blocks (sheet, title_height (sheet, context));
}

/* --- drawing --- */

static void
draw_text (cairo_t *cr, PangoLayout *layout, double x, double y)
{
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
}

static void
draw_row (Sheet *sheet, GtkPrintContext *context, cairo_t *cr, const Block *block)
{
  double x = 0;

  if (block->is_columns)
    {
      cairo_set_source_rgb (cr, 0.92, 0.92, 0.92);
      cairo_rectangle (cr, 0, block->y, sheet->width, block->height);
      cairo_fill (cr);
    }
  cairo_set_source_rgb (cr, 0, 0, 0);
  for (guint i = 0; i < count_columns (block->section); i++)
    {
      double width = cell_width (sheet, block->section, i);
      g_autoptr (PangoLayout) layout = new_text (context, block->cells[i], width - 2 * PADDING, 1, is_bold (block, i));

      draw_text (cr, layout, x + PADDING, block->y + PADDING);
      cairo_set_line_width (cr, 0.5);
      cairo_rectangle (cr, x, block->y, width, block->height);
      cairo_stroke (cr);
      x += width;
    }
}

static void
draw_block (Sheet *sheet, GtkPrintContext *context, cairo_t *cr, const Block *block)
{
  g_autoptr (PangoLayout) layout = NULL;

  if (!block->is_heading)
    {
      draw_row (sheet, context, cr, block);
      return;
    }
  layout = new_text (context, block->section->heading, sheet->width, 1.2, TRUE);
  draw_text (cr, layout, 0, block->y + SECTION_GAP);
}

static void
draw_title (Sheet *sheet, GtkPrintContext *context, cairo_t *cr)
{
  g_autoptr (PangoLayout) title = new_text (context, sheet->card->title, sheet->width, TITLE_SCALE, TRUE);
  g_autoptr (PangoLayout) subtitle = new_text (context, sheet->card->subtitle, sheet->width, 1, FALSE);

  pango_layout_set_alignment (title, PANGO_ALIGN_CENTER);
  pango_layout_set_alignment (subtitle, PANGO_ALIGN_CENTER);
  draw_text (cr, title, 0, 0);
  draw_text (cr, subtitle, 0, text_height (title));
}

static void
draw_footer (Sheet *sheet, GtkPrintContext *context, cairo_t *cr, guint page)
{
  g_autofree char *number = g_strdup_printf (_ ("Page %u of %u"), page + 1, sheet->n_pages);
  g_autoptr (PangoLayout) text = new_text (context, sheet->card->footer, sheet->width * 0.85, 0.8, FALSE);
  g_autoptr (PangoLayout) count = new_text (context, number, sheet->width * 0.14, 0.8, FALSE);

  pango_layout_set_alignment (count, PANGO_ALIGN_RIGHT);
  draw_text (cr, text, 0, sheet->height - FOOTER_SPACE + 2 * PADDING);
  draw_text (cr, count, sheet->width * 0.86, sheet->height - FOOTER_SPACE + 2 * PADDING);
}

static void
begin_cb (GtkPrintOperation *operation, GtkPrintContext *context, gpointer data)
{
  Sheet *sheet = data;

  lay_out (sheet, context);
  gtk_print_operation_set_n_pages (operation, (int) sheet->n_pages);
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer data)
{
  Sheet *sheet = data;
  cairo_t *cr = gtk_print_context_get_cairo_context (context);

  cairo_set_source_rgb (cr, 0, 0, 0);
  if (page == 0)
    draw_title (sheet, context, cr);
  for (guint i = 0; i < sheet->blocks->len; i++)
    {
      const Block *block = &g_array_index (sheet->blocks, Block, i);

      if (block->page == (guint) page)
        draw_block (sheet, context, cr, block);
    }
  draw_footer (sheet, context, cr, (guint) page);
}

/* A4, with margins that every printer can do. */
static GtkPageSetup *
new_page_setup (void)
{
  GtkPageSetup *setup = gtk_page_setup_new ();
  GtkPaperSize *paper = gtk_paper_size_new (GTK_PAPER_NAME_A4);

  gtk_page_setup_set_paper_size (setup, paper);
  gtk_paper_size_free (paper);
  gtk_page_setup_set_top_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_bottom_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_left_margin (setup, MARGIN, GTK_UNIT_POINTS);
  gtk_page_setup_set_right_margin (setup, MARGIN, GTK_UNIT_POINTS);
  return setup;
}

/* Returns when it is printed, saved or cancelled; the main loop goes on meanwhile. */
static gboolean
run (RuhuHouseholdCard *card, GtkPrintOperationAction action, GtkWindow *parent, const char *path, GError **error)
{
  g_autoptr (GtkPrintOperation) operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = new_page_setup ();
  g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  Sheet sheet = { .card = card, .blocks = blocks };

  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, card->title);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  if (path != NULL)
    gtk_print_operation_set_export_filename (operation, path);
  g_signal_connect (operation, "begin-print", G_CALLBACK (begin_cb), &sheet);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page_cb), &sheet);
  return gtk_print_operation_run (operation, action, parent, error) != GTK_PRINT_OPERATION_RESULT_ERROR;
}

gboolean
ruhu_card_printer_export (RuhuHouseholdCard *card, const char *path, GError **error)
{
  g_return_val_if_fail (card != NULL && path != NULL, FALSE);
  return run (card, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, path, error);
}

/* --- from a window --- */

/* What is under way: who asked, and where it goes (NULL: to the printer). */
typedef struct
{
  GtkWindow *parent; /* owned */
  RuhuWorker *worker;
  char *household;
  char *path;
} Job;

static void
job_free (Job *job)
{
  g_clear_object (&job->parent);
  g_clear_object (&job->worker);
  g_free (job->household);
  g_free (job->path);
  g_free (job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Job, job_free)

static Job *
job_new (GtkWindow *parent, RuhuWorker *worker, const char *household)
{
  Job *job = g_new0 (Job, 1);

  job->parent = g_object_ref (parent);
  job->worker = g_object_ref (worker);
  job->household = g_strdup (household);
  return job;
}

static void
say (GtkWindow *parent, const char *heading, const GError *error)
{
  g_autofree char *text = ruhu_describe_error (error);
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static gpointer
read_job (RuhuStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  return ruhu_household_card_read (store, data, error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Job) job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RuhuHouseholdCard) card = ruhu_worker_run_finish (RUHU_WORKER (source), result, &error);
  GtkPrintOperationAction action = job->path != NULL ? GTK_PRINT_OPERATION_ACTION_EXPORT : GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG;

  if (card == NULL || !run (card, action, job->parent, job->path, &error))
    say (job->parent, job->path != NULL ? _ ("The card was not saved") : _ ("The card was not printed"), error);
}

static void
free_card (gpointer data)
{
  ruhu_household_card_free (data);
}

/* Takes @job. */
static void
job_start (Job *job)
{
  ruhu_worker_run_async (job->worker, read_job, g_strdup (job->household), g_free, free_card, NULL, read_cb, job);
}

void
ruhu_card_printer_print (GtkWindow *parent, RuhuWorker *worker, const char *household)
{
  g_return_if_fail (GTK_IS_WINDOW (parent) && RUHU_IS_WORKER (worker) && household != NULL);
  job_start (job_new (parent, worker, household));
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, Job *job)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  job->path = file != NULL ? g_file_get_path (file) : NULL;
  if (job->path != NULL)
    job_start (job);
  else
    job_free (job);
  g_object_unref (dialog);
}

void
ruhu_card_printer_save (GtkWindow *parent, RuhuWorker *worker, const char *household)
{
  GtkFileChooserNative *dialog;

  g_return_if_fail (GTK_IS_WINDOW (parent) && RUHU_IS_WORKER (worker) && household != NULL);
  dialog = gtk_file_chooser_native_new (_ ("Save the Household Card"), parent, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), _ ("_Cancel"));
  /* Translators: a file's name; nobody's name belongs in it. */
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), _ ("household card.pdf"));
  g_signal_connect (dialog, "response", G_CALLBACK (chosen_cb), job_new (parent, worker, household));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

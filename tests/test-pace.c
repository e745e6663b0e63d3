/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much to send at once over links that break. */
#include "config.h"

#include "ruhu-pace.h"

/* A link that breaks whatever is longer than @length: how many of the next attempts get through, and what they carry. */
static gsize
carry (RuhuPace *pace, gsize length, guint attempts, guint *broken)
{
  gsize sum = 0;

  *broken = 0;
  for (guint i = 0; i < attempts; i++)
    if (pace->size > length)
      {
        ruhu_pace_break (pace, pace->size);
        (*broken)++;
      }
    else
      {
        sum += pace->size;
        ruhu_pace_succeed (pace);
      }
  return sum;
}

static void
test_finds_what_gets_through (void)
{
  for (gsize length = 1; length <= 4096; length = length * 3 + 1)
    {
      RuhuPace pace;
      guint broken;

      ruhu_pace_init (&pace, 1, 4096);
      carry (&pace, length, 13, &broken);
      g_assert_cmpuint (pace.size, <=, length);
      /* From then on few attempts are lost to looking for more. */
      g_assert_cmpuint (carry (&pace, length, 90, &broken), >=, length * 90 / 4);
      g_assert_cmpuint (broken, <=, 10);
    }
}

static void
test_grows_again (void)
{
  RuhuPace pace;
  guint broken;

  ruhu_pace_init (&pace, 16, 4096);
  carry (&pace, 0, 20, &broken);
  g_assert_cmpuint (pace.size, ==, 16);
  carry (&pace, 4096, 8 * 8, &broken);
  g_assert_cmpuint (pace.size, ==, 4096);
}

static void
test_goes_beyond_its_start_only_where_that_went_quickly (void)
{
  RuhuPace pace;

  ruhu_pace_init (&pace, 16, 4096);
  ruhu_pace_start (&pace, 1024);
  ruhu_pace_carry (&pace, 1024, 5 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (pace.size, ==, 1024);
  ruhu_pace_carry (&pace, 100, 0);
  g_assert_cmpuint (pace.size, ==, 1024);
  ruhu_pace_carry (&pace, 1000, G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (pace.size, ==, 2048);
  ruhu_pace_break (&pace, 2048);
  ruhu_pace_break (&pace, 1024);
  for (guint i = 0; i < 8; i++)
    ruhu_pace_carry (&pace, 100, 60 * G_TIME_SPAN_SECOND);
  g_assert_cmpuint (pace.size, ==, 1024);
}

/* What was tried counts, not what might have been. */
static void
test_halves_what_was_tried (void)
{
  RuhuPace pace;

  ruhu_pace_init (&pace, 16, 1 << 20);
  ruhu_pace_break (&pace, 1000);
  g_assert_cmpuint (pace.size, ==, 500);
  ruhu_pace_break (&pace, 100000);
  g_assert_cmpuint (pace.size, ==, 250);
  ruhu_pace_break (&pace, 1);
  g_assert_cmpuint (pace.size, ==, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/finds-what-gets-through", test_finds_what_gets_through);
  g_test_add_func ("/pace/grows-again", test_grows_again);
  g_test_add_func ("/pace/goes-beyond-its-start-only-where-that-went-quickly", test_goes_beyond_its_start_only_where_that_went_quickly);
  g_test_add_func ("/pace/halves-what-was-tried", test_halves_what_was_tried);
  return g_test_run ();
}

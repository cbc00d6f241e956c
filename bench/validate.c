/* SPDX-License-Identifier: GPL-3.0-or-later
 * validate - computes the verification table with the engine as it stands, and prints it or holds a page against
 * it. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/validation.h"
#include "cli/json.h"

static const char usage[] =
    "usage: validate [--members MEMBERS.csv] [--check PAGE.md | --update PAGE.md | --json]\n"
    "\n"
    "Computes the verification table and prints it in Markdown. Exit code 1: a row is out of its tolerance.\n"
    "\n"
    "  --members FILE   with the rows of the oven ensemble\n"
    "  --check PAGE     prints nothing but what is wrong: rows out of tolerance, and rows of PAGE that are not "
    "these\n"
    "  --update PAGE    writes the table into PAGE between its markers\n"
    "  --json           one JSON document\n";

#define BEGIN "<!-- table: made by bench/validate, do not edit -->\n"
#define END "<!-- end of table -->\n"
enum { LINE = 512 };

static void number(char *to, size_t size, const char *format, double value) {
  if (isinf(value))
    snprintf(to, size, "-");
  else
    snprintf(to, size, format, value);
}

/* `| id | what | target | measured | tolerance | test |`; a measured value of NULL is left open */
static void row_text(char to[LINE], const pro_check *c, const char *measured) {
  char target[32], tolerance[32], now[32];
  number(tolerance, sizeof tolerance, c->kind == PRO_CHECK_at_most ? "%.6g" : "%.3g", c->tolerance);
  if (c->kind == PRO_CHECK_at_most)
    snprintf(target, sizeof target, "%s", isinf(c->tolerance) ? "-" : "at most");
  else
    number(target, sizeof target, "%.10g", c->target);
  number(now, sizeof now, c->kind == PRO_CHECK_at_most ? "%.3g" : "%.10g", c->measured);
  const char *kind = c->kind == PRO_CHECK_relative ? " rel." : "";
  const char *plus = c->kind == PRO_CHECK_at_most ? "" : "±";
  snprintf(to, LINE, "| %s | %s | %s | %s | %s%s%s | %s |\n", c->id, c->what, target, measured ? measured : now,
           plus, tolerance, kind, c->test);
}

static void print_table(FILE *to, const pro_checks *checks) {
  fputs("| set-up | what | target | measured | tolerance | gated by |\n|---|---|---|---|---|---|\n", to);
  for (int i = 0; i < checks->count; i++) {
    char line[LINE];
    row_text(line, &checks->row[i], NULL);
    fputs(line, to);
  }
}

static void print_json(const pro_checks *checks) {
  pro_json json;
  pro_json_begin(&json, stdout);
  pro_json_array(&json, "rows");
  for (int i = 0; i < checks->count; i++) {
    const pro_check *c = &checks->row[i];
    pro_json_object(&json, NULL);
    pro_json_text(&json, "set_up", c->id);
    pro_json_text(&json, "what", c->what);
    pro_json_number(&json, "target", c->target);
    pro_json_number(&json, "measured", c->measured);
    pro_json_number(&json, "tolerance", c->tolerance);
    pro_json_bool(&json, "relative", c->kind == PRO_CHECK_relative);
    pro_json_bool(&json, "holds", pro_check_holds(c));
    pro_json_text(&json, "test", c->test);
    pro_json_end(&json);
  }
  pro_json_end(&json);
  pro_json_end(&json);
}

/* ---- the page ---- */

static pro_status read_page(char **out, const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return pro_fail(PRO_EMISSING, "%s: %s", path, strerror(errno));
  enum { PAGE_MAX = 1 << 20 };
  char *text = malloc(PAGE_MAX);
  size_t n = text ? fread(text, 1, PAGE_MAX - 1, file) : 0;
  int bad = ferror(file);
  fclose(file);
  if (!text) return pro_fail(PRO_ENOMEM, "%s: no memory", path);
  text[n] = '\0';
  *out = text;
  if (!bad && strstr(text, BEGIN) && strstr(text, END)) return PRO_OK;
  free(text);
  return bad ? pro_fail(PRO_EIO, "%s: cannot be read", path)
             : pro_fail(PRO_EINPUT, "%s: it lacks the markers of the table", path);
}

static pro_status update_page(const char *path, const pro_checks *checks) {
  char *page;
  PRO_TRY(read_page(&page, path));
  FILE *to = fopen(path, "wb");
  if (!to) {
    free(page);
    return pro_fail(PRO_EIO, "%s: %s", path, strerror(errno));
  }
  char *table = strstr(page, BEGIN) + strlen(BEGIN);
  fwrite(page, 1, (size_t)(table - page), to);
  print_table(to, checks);
  fputs(strstr(page, END), to);
  free(page);
  if (fclose(to) != 0) return pro_fail(PRO_EIO, "%s: %s", path, strerror(errno));
  return PRO_OK;
}

/* What stands in a row's fourth column; NULL: it has none. */
static char *measured_of(char *row) {
  char *at = row;
  for (int k = 0; k < 4; k++) {
    at = strchr(at, '|');
    if (!at) return NULL;
    at++;
  }
  char *end = strchr(at, '|');
  if (!end) return NULL;
  while (*at == ' ') at++;
  while (end > at && end[-1] == ' ') end--;
  *end = '\0';
  return at;
}

/* A row of the page is that of a check if all but the measured value is the same text, and that value holds as
 * well. A value may differ from the page's by half of its tolerance (another compiler, another SUNDIALS). */
static int is_row(const char *line, const pro_check *now) {
  char copy[LINE], want[LINE];
  snprintf(copy, sizeof copy, "%s", line);
  char *measured = measured_of(copy);
  if (!measured) return 0;
  row_text(want, now, measured);
  if (strcmp(want, line) != 0) return 0;
  double then = strtod(measured, NULL), digits = 1e-9 * fabs(now->measured);
  if (now->kind == PRO_CHECK_at_most) return then <= now->tolerance + 5e-3 * fabs(then);
  double allowed = 0.5 * now->tolerance * (now->kind == PRO_CHECK_relative ? fabs(now->target) : 1.0);
  return fabs(then - now->measured) <= allowed + digits;
}

static pro_status check_page(int *stale, const char *path, const pro_checks *checks, int with_members) {
  char *page;
  PRO_TRY(read_page(&page, path));
  char *at = strstr(page, BEGIN) + strlen(BEGIN), *end = strstr(page, END);
  *end = '\0';
  int next = 0, head = 2;
  for (char *line = at; *line;) {
    char text[LINE], *stop = strchr(line, '\n');
    size_t n = stop ? (size_t)(stop - line) + 1 : strlen(line);
    snprintf(text, sizeof text, "%.*s", (int)n, line);
    line += n;
    if (head > 0) {
      head--;
      continue;
    }
    if (!with_members && strncmp(text, "| kim_ensemble ", 15) == 0) continue;
    if (next < checks->count && is_row(text, &checks->row[next])) {
      next++;
      continue;
    }
    char now[LINE] = "nothing\n";
    if (next < checks->count) row_text(now, &checks->row[next], NULL);
    fprintf(stderr, "%s is stale:\n  it says  %s  it is    %s", path, text, now);
    ++*stale, ++next;
  }
  if (next < checks->count) {
    fprintf(stderr, "%s lacks %d rows at the end\n", path, checks->count - next);
    ++*stale;
  }
  free(page);
  return PRO_OK;
}

static pro_status validate(pro_arguments *args, int *wrong) {
  static pro_checks checks;
  const char *members = NULL, *check = NULL, *update = NULL;
  int as_json = pro_arguments_flag(args, "--json");
  PRO_TRY(pro_arguments_text(&members, args, "--members"));
  PRO_TRY(pro_arguments_text(&check, args, "--check"));
  PRO_TRY(pro_arguments_text(&update, args, "--update"));
  PRO_TRY(pro_arguments_end(args, 0));
  if (as_json + (check != NULL) + (update != NULL) > 1)
    return pro_fail(PRO_EUSAGE, "--json, --check and --update exclude each other");
  PRO_TRY(pro_validate_parts(&checks));
  PRO_TRY(pro_validate_lim1tr(&checks));
  PRO_TRY(pro_validate_cells(&checks));
  if (members) PRO_TRY(pro_validate_members(&checks, members));
  for (int i = 0; i < checks.count; i++) {
    const pro_check *c = &checks.row[i];
    if (pro_check_holds(c)) continue;
    fprintf(stderr, "out of tolerance: %s: %s: %.10g, target %.10g, tolerance %g\n", c->id, c->what, c->measured,
            c->target, c->tolerance);
    ++*wrong;
  }
  if (check) return check_page(wrong, check, &checks, members != NULL);
  if (update) return update_page(update, &checks);
  if (as_json)
    print_json(&checks);
  else
    print_table(stdout, &checks);
  if (fflush(stdout) != 0) return pro_fail(PRO_EIO, "stdout cannot be written");
  return PRO_OK;
}

int main(int argc, char **argv) {
  pro_arguments args = {argc - 1, argv + 1};
  int wrong = 0;
  if (pro_arguments_flag(&args, "--help")) {
    fputs(usage, stdout);
    return 0;
  }
  int code = pro_bench_exit("validate", validate(&args, &wrong));
  return code ? code : wrong > 0;
}

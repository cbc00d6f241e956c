/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/kim_ensemble.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/csv.h"

#define AT(member) offsetof(pro_member, member)

static const struct column {
  const char *name;
  size_t offset;
  double low, high; /* what makes sense */
} columns[] = {
    {"member", AT(number), -1e15, 1e15},
    {"T_oven_K", AT(T_oven), 1.0, 1e4},
    {"hA_per_C_1_per_s", AT(hA_per_C), 0.0, 1e3},
    {"radiation_per_C_1_per_s_K3", AT(radiation_per_C), 0.0, 1e-3},
    {"lnA_sei", AT(lnA[0]), -50.0, 180.0},
    {"lnA_anode", AT(lnA[1]), -50.0, 180.0},
    {"lnA_cathode", AT(lnA[2]), -50.0, 180.0},
    {"lnA_electrolyte", AT(lnA[3]), -50.0, 180.0},
    {"E_over_R_sei_K", AT(E_over_R[0]), 0.0, 1.2e5},
    {"E_over_R_anode_K", AT(E_over_R[1]), 0.0, 1.2e5},
    {"E_over_R_cathode_K", AT(E_over_R[2]), 0.0, 1.2e5},
    {"E_over_R_electrolyte_K", AT(E_over_R[3]), 0.0, 1.2e5},
    {"q_sei_K", AT(q[0]), -1e4, 1e4},
    {"q_anode_K", AT(q[1]), -1e4, 1e4},
    {"q_cathode_K", AT(q[2]), -1e4, 1e4},
    {"q_electrolyte_K", AT(q[3]), -1e4, 1e4},
    {"x_sei_0", AT(x_sei_0), 0.0, 1.0},
    {"alpha_0", AT(alpha_0), 0.0, 1.0},
    {"onset_200degC_s", AT(onset), -1.0, 7200.0},
    {"x_sei_end", AT(end[0]), -1.0, 2.0},
    {"x_neg_end", AT(end[1]), -1.0, 2.0},
    {"z_end", AT(end[2]), -1.0, 2.0},
    {"alpha_end", AT(end[3]), -1.0, 2.0},
    {"c_e_end", AT(end[4]), -1.0, 2.0},
    {"T_end_K", AT(end[5]), 1.0, 1e5},
};
enum { COLUMNS = (int)PRO_COUNT(columns), FILE_COLUMNS_MAX = 256 };

/* of[k]: which of ours the file's column k is; -1: none */
static pro_status read_header(pro_csv *csv, int of[FILE_COLUMNS_MAX], int *count) {
  if (!pro_csv_line(csv)) return pro_fail(PRO_EINPUT, "%s:1:1: the file has no header", csv->path);
  pro_csv_guess_separator(csv);
  unsigned char seen[COLUMNS] = {0};
  pro_csv_cell cell;
  for (*count = 0; csv->more; ++*count) {
    PRO_TRY(pro_csv_next(&cell, csv));
    if (*count == FILE_COLUMNS_MAX) return pro_csv_fail(csv, cell.start, "more than %d columns", FILE_COLUMNS_MAX);
    of[*count] = -1;
    for (int c = 0; c < COLUMNS; c++) {
      if (strlen(columns[c].name) != cell.size || strncmp(columns[c].name, cell.text, cell.size) != 0) continue;
      if (seen[c]) return pro_csv_fail(csv, cell.start, "column %s stands there twice", columns[c].name);
      seen[c] = 1;
      of[*count] = c;
    }
  }
  char missing[1024] = "";
  for (int c = 0; c < COLUMNS; c++) {
    if (seen[c]) continue;
    size_t used = strlen(missing);
    snprintf(missing + used, sizeof missing - used, "%s%s", used ? ", " : "", columns[c].name);
  }
  if (missing[0]) return pro_fail(PRO_EINPUT, "%s:1:1: no column %s", csv->path, missing);
  return PRO_OK;
}

static pro_status read_row(pro_member *to, pro_csv *csv, const int of[FILE_COLUMNS_MAX], int count) {
  int k = 0;
  const char *start = NULL;
  for (; csv->more; k++) {
    pro_csv_cell cell;
    PRO_TRY(pro_csv_next(&cell, csv));
    if (!start) start = cell.start;
    if (k >= count) return pro_csv_fail(csv, cell.start, "more cells than the header's %d columns", count);
    if (of[k] < 0) continue;
    const struct column *c = &columns[of[k]];
    double value;
    if (pro_csv_number(&value, csv, &cell) != 1) {
      char text[40];
      return pro_csv_fail(csv, cell.start, "%s: '%s' is no number", c->name,
                          pro_csv_show(text, sizeof text, &cell));
    }
    if (!(value >= c->low && value <= c->high))
      return pro_csv_fail(csv, cell.start, "%s = %g is out of range (%g to %g)", c->name, value, c->low, c->high);
    memcpy((char *)to + c->offset, &value, sizeof value);
  }
  if (k < count) return pro_csv_fail(csv, start, "%d cells where the header has %d columns", k, count);
  if (to->onset < 0.0 && to->onset != -1.0)
    return pro_csv_fail(csv, start, "onset_200degC_s = %g is neither a time nor -1 (never)", to->onset);
  return PRO_OK;
}

static pro_status read_all(pro_member **out, size_t *count, pro_csv *csv) {
  int of[FILE_COLUMNS_MAX], width = 0;
  PRO_TRY(read_header(csv, of, &width));
  size_t room = 0, n = 0;
  pro_member *members = NULL;
  pro_status status = PRO_OK;
  while (status == PRO_OK && pro_csv_line(csv)) {
    if (n == room) {
      room = room ? 2 * room : 64;
      pro_member *grown = realloc(members, room * sizeof *members);
      if (!grown) {
        status = pro_fail(PRO_ENOMEM, "%s: no memory for %zu members", csv->path, room);
        break;
      }
      members = grown;
    }
    status = read_row(&members[n++], csv, of, width);
  }
  if (status == PRO_OK && n == 0)
    status = pro_fail(PRO_EINPUT, "%s: a header, but no members below it", csv->path);
  if (status == PRO_OK)
    *out = members, *count = n;
  else
    free(members);
  return status;
}

pro_status pro_members_read(pro_member **out, size_t *count, const char *path) {
  pro_csv csv;
  PRO_TRY(pro_csv_open(&csv, path));
  pro_status status = read_all(out, count, &csv);
  pro_csv_close(&csv);
  return status;
}

void pro_member_case(pro_case *out, const pro_member *m, double rtol, double k_max) {
  pro_bench_case(out, "lco_18650_kim");
  pro_network *net = &out->network;
  assert(pro_network_reaction_count(net) == 4 && pro_network_species_count(net) == 5);
  double C = out->cell.mass * out->cell.heat_capacity; /* [J/K] */
  net->k_max = k_max;
  for (int j = 0; j < 4; j++) {
    pro_reaction *r = &net->reactions[j];
    r->A = exp(m->lnA[j]);
    r->Ea = m->E_over_R[j] * net->gas_constant;
    r->heat = m->q[j] * C / (r->content * out->cell.volume);
  }
  net->species[0].initial = m->x_sei_0; /* the others stand in the preset's table: 0.75, 0.033, 1 */
  net->species[3].initial = m->alpha_0;
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_T_ambient], m->T_oven);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_film_coefficient], m->hA_per_C * C / out->cell.area);
  pro_channel_hold(&out->drive.channel[PRO_DRIVE_emissivity],
                   m->radiation_per_C * C / (PRO_STEFAN_BOLTZMANN * out->cell.area));
  out->T_initial = 301.15;
  out->T_mark = 473.15;
  out->duration = out->period = 7200.0;
  out->rtol = rtol;
}

void pro_member_judge(pro_member_result *out, const pro_member *m, double onset,
                      const double end[PRO_MEMBER_STATES]) {
  static const double weight[PRO_MEMBER_STATES] = {0.15, 0.75, 1.0, 1.0, 1.0, 100.0};
  out->status = PRO_OK;
  out->onset = onset;
  out->mismatched = (onset < 0.0) != (m->onset < 0.0);
  out->onset_error = onset >= 0.0 && m->onset > 0.0 ? fabs(onset - m->onset) / m->onset : (double)NAN;
  out->state_error = 0.0;
  for (int i = 0; i < PRO_MEMBER_STATES; i++)
    out->state_error = fmax(out->state_error, fabs(end[i] - m->end[i]) / weight[i]);
}

static void judge_run(pro_member_result *out, const pro_member *m, const pro_run *of) {
  *out = (pro_member_result){.status = of->status, .onset = -1.0, .onset_error = NAN, .state_error = NAN};
  const pro_trajectory *run = of->truth;
  if (!run) return;
  double t = run->clock[PRO_CLOCK_mark];
  size_t last = run->samples - 1;
  double xi[PRO_REACTIONS_MAX], end[PRO_SPECIES_MAX + 1];
  for (int j = 0; j < run->reactions; j++) xi[j] = run->xi[(size_t)j * run->samples + last];
  pro_network_species(&of->in.network, 1.0, xi, end);
  end[PRO_MEMBER_STATES - 1] = run->truth[PRO_TRUTH_T_core][last];
  pro_member_judge(out, m, isnan(t) ? -1.0 : t, end);
  out->steps = run->steps, out->rejected = run->rejected;
  out->rhs_calls = run->rhs_calls, out->jacobian_calls = run->jacobian_calls;
  out->factorisations = -1;
}

pro_status pro_members_run(pro_member_result *out, double *seconds, const pro_member *members, size_t n,
                           double rtol, double k_max, const struct pro_integrator *integrator) {
  pro_run *runs = calloc(n, sizeof *runs), **list = calloc(n, sizeof(pro_run *));
  pro_status status = runs && list ? PRO_OK : pro_fail(PRO_ENOMEM, "no memory for %zu members", n);
  for (size_t i = 0; i < n && status == PRO_OK; i++) {
    pro_member_case(&runs[i].in, &members[i], rtol, k_max);
    list[i] = &runs[i];
  }
  double before = pro_bench_seconds();
  if (status == PRO_OK) status = pro_run_cases(list, n, integrator);
  *seconds = pro_bench_seconds() - before;
  for (size_t i = 0; i < n && runs && list; i++) {
    if (status == PRO_OK && runs[i].status == PRO_EINPUT)
      status = pro_fail(PRO_EINPUT, "member %.15g: %s", members[i].number, runs[i].message);
    if (status == PRO_OK) judge_run(&out[i], &members[i], &runs[i]);
    pro_run_clear(&runs[i]);
  }
  free(runs);
  free(list);
  return status;
}

pro_status pro_members_total(pro_member_totals *out, const pro_member_result *results, const pro_member *members,
                             size_t n) {
  double *numbers = malloc(2 * n * sizeof *numbers), *onset = numbers, *state = numbers + n;
  if (!numbers) return pro_fail(PRO_ENOMEM, "no memory for %zu results", n);
  *out = (pro_member_totals){.members = n, .worst_onset_member = NAN, .worst_state_member = NAN};
  double worst_onset = -1.0, worst_state = -1.0,
         *sums[] = {&out->steps, &out->rejected, &out->rhs_calls, &out->jacobian_calls, &out->factorisations};
  size_t onsets = 0, states = 0;
  for (size_t i = 0; i < n; i++) {
    const pro_member_result *r = &results[i];
    if (r->status != PRO_OK) {
      out->failed++;
      continue;
    }
    out->mismatched += (size_t)r->mismatched;
    if (r->onset_error > worst_onset) worst_onset = r->onset_error, out->worst_onset_member = members[i].number;
    if (r->state_error > worst_state) worst_state = r->state_error, out->worst_state_member = members[i].number;
    if (!isnan(r->onset_error)) onset[onsets++] = r->onset_error;
    state[states++] = r->state_error;
    const long counts[] = {r->steps, r->rejected, r->rhs_calls, r->jacobian_calls, r->factorisations};
    for (size_t k = 0; k < PRO_COUNT(counts); k++) *sums[k] += counts[k] < 0 ? (double)NAN : (double)counts[k];
  }
  for (size_t k = 0; k < PRO_COUNT(sums); k++) *sums[k] /= (double)states;
  out->onset = pro_spread_of(onset, onsets), out->state = pro_spread_of(state, states);
  free(numbers);
  return PRO_OK;
}

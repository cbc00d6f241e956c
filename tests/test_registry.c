/* SPDX-License-Identifier: GPL-3.0-or-later
 * test: quick; links: prodrome_scenarios prodrome_runtime prodrome_sim
 * What holds for every row of every registry: a new file is tested before its author writes a test. */
#include "predictor/detector.h"
#include "scenarios/kind.h"
#include "sim/integrator.h"
#include "sim/unit.h"
#include "tests/support.h"

/* ---- rows ---- */

static void check_row(const char *registry, const char *name, const char *doc, const char *source) {
  ck_assert_msg(support_is_snake_case(name), "%s: '%s' is no name", registry, name ? name : "(none)");
  ck_assert_msg(doc && doc[0], "%s %s has no doc", registry, name);
  ck_assert_msg(source && source[0], "%s %s has no source", registry, name);
}

static void check_different(const char *registry, const char *a, const char *b) {
  ck_assert_msg(strcmp(a, b) != 0, "%s: two rows are called %s", registry, a);
}

/* Every row of a table, and every pair of rows, by a member called name. */
#define CHECK_ALL(registry, rows, type, doc_, source_)                                                  \
  do {                                                                                                  \
    int count_ = 0;                                                                                     \
    for (const type *const *a = rows; *a; a++, count_++) {                                              \
      check_row(registry, (*a)->name, doc_, source_);                                                   \
      for (const type *const *b = rows; b != a; b++) check_different(registry, (*a)->name, (*b)->name); \
    }                                                                                                   \
    ck_assert_int_gt(count_, 0);                                                                        \
  } while (0)

START_TEST(every_row_has_a_name_of_its_own_a_doc_and_a_source) {
  CHECK_ALL("chemistry", pro_chemistry_all, pro_network, (*a)->doc, (*a)->source);
  CHECK_ALL("cell", pro_cell_all, pro_cell_preset, (*a)->doc, (*a)->source);
  CHECK_ALL("sensor", pro_sensor_all, pro_sensor, (*a)->doc, (*a)->source);
  CHECK_ALL("integrator", pro_integrator_all, pro_integrator, (*a)->doc, (*a)->source);
  CHECK_ALL("kind", pro_kind_all, pro_kind, (*a)->doc, (*a)->source);
  CHECK_ALL("detector", pro_detector_all, pro_detector, (*a)->doc, (*a)->source);
  CHECK_ALL("ocv", pro_ocv_all, pro_ocv, (*a)->source, (*a)->source);
  CHECK_ALL("law", pro_law_all, pro_law, (*a)->doc, (*a)->formula);
}
END_TEST

START_TEST(every_row_is_found_by_its_name) {
  for (const pro_network *const *it = pro_chemistry_all; *it; it++)
    ck_assert_ptr_eq(pro_chemistry_find((*it)->name), *it);
  for (const pro_cell_preset *const *it = pro_cell_all; *it; it++)
    ck_assert_ptr_eq(pro_cell_find((*it)->name), *it);
  for (int s = 0; pro_sensor_all[s]; s++) ck_assert_int_eq(pro_sensor_find(pro_sensor_all[s]->name), s);
  for (const pro_integrator *const *it = pro_integrator_all; *it; it++)
    ck_assert_ptr_eq(pro_integrator_find((*it)->name), *it);
  for (int k = 0; pro_kind_all[k]; k++) ck_assert_int_eq(pro_kind_find(pro_kind_all[k]->name), k);
  for (const pro_detector *const *it = pro_detector_all; *it; it++)
    ck_assert_ptr_eq(pro_detector_find((*it)->name), *it);
  for (int i = 0; pro_ocv_all[i]; i++) ck_assert_str_eq(pro_ocv_all[i]->name, pro_ocv_names[i]);
  ck_assert_ptr_null(pro_chemistry_find("nothing"));
  ck_assert_ptr_null(pro_cell_find("nothing"));
  ck_assert_ptr_null(pro_integrator_find("nothing"));
  ck_assert_ptr_null(pro_detector_find("nothing"));
  ck_assert_int_eq(pro_kind_find("nothing"), -1);
}
END_TEST

/* ---- field tables ---- */

/* from_preset: a default of NaN is allowed, because something else always sets the value. */
static void check_fields(const char *owner, const pro_field *table, size_t bytes, int from_preset) {
  for (const pro_field *f = table; f && f->name; f++) {
    ck_assert_msg(support_is_snake_case(f->name), "%s: '%s' is no name", owner, f->name);
    ck_assert_msg(f->doc && f->doc[0], "%s.%s has no doc", owner, f->name);
    ck_assert_msg(f->unit && f->unit[0], "%s.%s has no unit", owner, f->name);
    double factor, offset;
    ck_assert_msg(strcmp(f->unit, "1") == 0 || pro_unit_scale(&factor, &offset, f->unit, f->unit) == PRO_OK,
                  "%s.%s: unit %s: %s", owner, f->name, f->unit, pro_error_message());
    size_t size = f->kind == PRO_REAL ? sizeof(double) : sizeof(int);
    ck_assert_msg(f->offset + size <= bytes, "%s.%s lies outside its struct", owner, f->name);
    for (const pro_field *g = table; g != f; g++) {
      ck_assert_msg(strcmp(f->name, g->name) != 0, "%s.%s is there twice", owner, f->name);
      ck_assert_msg(f->offset != g->offset, "%s: %s and %s are one member", owner, f->name, g->name);
    }
    if (f->kind == PRO_CHOICE) {
      int choices = 0;
      while (f->choices && f->choices[choices]) choices++;
      ck_assert_msg(choices > 0 && f->initial >= 0.0 && f->initial < choices, "%s.%s: choices", owner, f->name);
      continue;
    }
    ck_assert_msg(f->low <= f->high, "%s.%s: an empty range", owner, f->name);
    if (f->need == PRO_OPTIONAL) ck_assert_msg(f->kind == PRO_REAL, "%s.%s: an optional int", owner, f->name);
    if (f->need != PRO_DEFAULTED || (from_preset && isnan(f->initial))) continue;
    ck_assert_msg(f->initial >= f->low && f->initial <= f->high, "%s.%s: default %g is out of range", owner,
                  f->name, f->initial);
  }
}

START_TEST(every_field_has_a_unit_a_doc_and_a_default_in_range) {
  check_fields("cell", pro_cell_fields, sizeof(pro_cell), 1);
  check_fields("reaction", pro_reaction_fields, sizeof(pro_reaction), 1);
  check_fields("network", pro_network_fields, sizeof(pro_network), 1);
  check_fields("species", pro_species_fields, sizeof(pro_species), 1);
  check_fields("sensor", pro_sensor_settings_fields, sizeof(pro_sensor_settings), 1);
  check_fields("enclosure", pro_enclosure_fields, sizeof(pro_enclosure), 0);
  for (const pro_kind *const *it = pro_kind_all; *it; it++) {
    ck_assert_uint_le((*it)->param_bytes, PRO_KIND_BYTES);
    check_fields((*it)->name, (*it)->fields, (*it)->param_bytes, 0);
  }
  for (const pro_detector *const *it = pro_detector_all; *it; it++)
    check_fields((*it)->name, (*it)->fields, (*it)->param_bytes, 0);
}
END_TEST

/* ---- what each registry asks of its own ---- */

START_TEST(every_chemistry_and_every_cell_passes_its_own_check) {
  for (const pro_network *const *it = pro_chemistry_all; *it; it++) {
    const pro_network *net = *it;
    ck_assert_msg(pro_network_check(net) == PRO_OK, "%s: %s", net->name, pro_error_message());
    ck_assert_msg(net->gas_source && net->gas_source[0], "%s: its gas has no source", net->name);
    for (int s = 0; s < pro_network_species_count(net); s++) {
      check_row(net->name, net->species[s].name, net->species[s].doc, "its chemistry's");
      for (int k = 0; k < s; k++) check_different(net->name, net->species[s].name, net->species[k].name);
    }
    for (int j = 0; j < pro_network_reaction_count(net); j++) {
      const pro_reaction *r = &net->reactions[j];
      check_row(net->name, r->name, "its row", r->source);
      for (int k = 0; k < j; k++) check_different(net->name, r->name, net->reactions[k].name);
      ck_assert_int_lt(r->stage, PRO_STAGE_COUNT);
    }
  }
  for (const pro_cell_preset *const *it = pro_cell_all; *it; it++) {
    pro_cell cell;
    pro_cell_of_preset(&cell, *it);
    ck_assert_msg(pro_cell_check(&cell) == PRO_OK, "%s: %s", (*it)->name, pro_error_message());
    ck_assert_msg(pro_chemistry_find((*it)->chemistry) != NULL, "%s: no chemistry %s", (*it)->name,
                  (*it)->chemistry);
    pro_case in;
    support_case(&in, (*it)->name);
    ck_assert_msg(pro_case_check(&in) == PRO_OK, "%s: %s", (*it)->name, pro_error_message());
    double window[] = {pro_ocv_voltage(pro_ocv_all[in.cell.ocv], 0.0, NULL),
                       pro_ocv_voltage(pro_ocv_all[in.cell.ocv], 1.0, NULL)};
    ck_assert_msg(window[0] >= in.cell.voltage_min - 0.6 && window[1] <= in.cell.voltage_max + 1e-9,
                  "%s: %g to %g V does not fit its nameplate", (*it)->name, window[0], window[1]);
  }
}
END_TEST

START_TEST(every_sensor_reads_a_truth_of_its_own_unit) {
  ck_assert_int_le(pro_sensor_count(), PRO_SENSORS_MAX);
  for (int s = 0; pro_sensor_all[s]; s++) {
    const pro_sensor *sensor = pro_sensor_all[s];
    ck_assert_int_lt(sensor->truth, PRO_TRUTH_COUNT);
    ck_assert_str_eq(sensor->unit, pro_truth_units[sensor->truth]);
    ck_assert_msg(sensor->bits == 16 || sensor->bits == 32, "%s: %d bits", sensor->name, sensor->bits);
    ck_assert_double_gt(sensor->quantum, 0.0);
    ck_assert_msg(pro_field_check(pro_sensor_settings_fields, &sensor->typical) == PRO_OK, "%s: %s", sensor->name,
                  pro_error_message());
    for (int k = 0; k < s; k++)
      ck_assert_msg(sensor->truth != pro_sensor_all[k]->truth, "%s and %s would have the same noise", sensor->name,
                    pro_sensor_all[k]->name);
  }
  /* what detectors may read is what the sensors give */
  for (int c = 0; c < PRO_CHANNEL_COUNT; c++)
    ck_assert_msg(pro_sensor_find(pro_channel_names[c]) >= 0, "no sensor for the detectors' %s",
                  pro_channel_names[c]);
}
END_TEST

START_TEST(truth_and_clocks_are_documented) {
  for (int c = 0; c < PRO_TRUTH_COUNT; c++) {
    check_row("truth", pro_truth_names[c], pro_truth_docs[c], pro_truth_units[c]);
    for (int k = 0; k < c; k++) check_different("truth", pro_truth_names[c], pro_truth_names[k]);
  }
  for (int c = 0; c < PRO_CLOCK_COUNT; c++) {
    ck_assert(pro_clock_names[c][0] && pro_clock_docs[c][0]);
    for (int k = 0; k < c; k++) check_different("clock", pro_clock_names[c], pro_clock_names[k]);
  }
  for (int g = 0; g < PRO_GAS_COUNT; g++) ck_assert(pro_gas_names[g][0] && pro_gas_molar_mass[g] > 1e-3);
}
END_TEST

/* ---- every row lived once ---- */

static void check_run(const char *what, const pro_case *in, const pro_integrator *with) {
  pro_run run = {.in = *in};
  ck_assert_int_eq(pro_run_case(&run, with), PRO_OK);
  ck_assert_msg(run.status == PRO_OK, "%s: %s", what, run.message);
  const pro_trajectory *t = run.truth;
  ck_assert_msg(t->ledger.energy_gap <= 1e-9 && t->ledger.mass_gap <= 1e-9 && t->ledger.charge_gap <= 1e-9,
                "%s: gaps of energy %.2g, mass %.2g, charge %.2g", what, t->ledger.energy_gap, t->ledger.mass_gap,
                t->ledger.charge_gap);
  ck_assert_int_ne(t->outcome, PRO_OUTCOME_failed);
  ck_assert_uint_eq(t->samples, run.seen->samples);
  for (size_t k = 0; k < t->samples; k++) {
    support_check(t->t[k] == (double)k * in->period, "%s: sample %zu at %g s", what, k, t->t[k]);
    for (int c = 0; c < PRO_TRUTH_COUNT; c++)
      support_check(isfinite(t->truth[c][k]), "%s: %s is %g at %g s", what, pro_truth_names[c], t->truth[c][k],
                    t->t[k]);
    double xi[PRO_REACTIONS_MAX], c[PRO_SPECIES_MAX];
    for (int j = 0; j < t->reactions; j++) xi[j] = t->xi[(size_t)j * t->samples + k];
    /* what follows the charge is at most what was there: charging or discharging what has reacted already says
     * nothing */
    double soc = t->truth[PRO_TRUTH_soc][k];
    for (int j = 0; j < t->reactions; j++) soc += pro_network_discharge(&in->network, j) * xi[j];
    pro_network_species(&in->network, soc, xi, c);
    for (int s = 0; s < pro_network_species_count(&in->network); s++) {
      /* A reactant is known relatively while it is being exhausted: 5e-10 were measured at rtol 1e-6. */
      const pro_species *species = &in->network.species[s];
      if (species->per_soc != 0.0 && !species->lithium) continue;
      /* lithium: down to the charge at which the voltage is gone */
      double least = species->lithium ? 1.5 * PRO_CHARGE_DRAINED * species->per_soc : -1e-8;
      support_check(c[s] >= least, "%s: %s is %g at %g s", what, in->network.species[s].name, c[s], t->t[k]);
    }
  }
  pro_run_clear(&run);
}

/* Pairs of a chemistry and a cell that throws out so much that the other one's gas leaves it no core: refused. */
static const char *const refused[] = {"lco in nmc811_18650"};

/* One of those alone; it is told how much less would do, and that does. */
static void throw_out_what_can_be(pro_case *in, const char *what) {
  if (pro_case_check(in) == PRO_OK) return;
  int known = 0;
  for (size_t i = 0; i < PRO_COUNT(refused); i++) known = known || strcmp(what, refused[i]) == 0;
  ck_assert_msg(known, "%s: %s", what, pro_error_message());
  const char *rule = strstr(pro_error_message(), "ejecta_share (");
  const char *remedy = strstr(pro_error_message(), "must stay: ejecta_share ");
  ck_assert_msg(rule && remedy, "%s: %s", what, pro_error_message());
  double before = in->cell.ejecta_share;
  ck_assert_int_eq(sscanf(remedy, "must stay: ejecta_share %lf or less", &in->cell.ejecta_share), 1);
  ck_assert_msg(in->cell.ejecta_share > before - 0.05, "%s: %g for %g", what, in->cell.ejecta_share, before);
  ck_assert_msg(pro_case_check(in) == PRO_OK, "%s: %s", what, pro_error_message());
}

/* An hour at 180 degC decomposes every cell. The ledgers are linear in the unknowns: some thousand steps
 * of 1e-16. */
START_TEST(every_chemistry_runs_in_every_cell) {
  int whole = getenv("PRO_LONG") != NULL, turn = 0;
  for (const pro_network *const *net = pro_chemistry_all; *net; net++)
    for (const pro_cell_preset *const *preset = pro_cell_all; *preset; preset++) {
      if (!whole && turn++ % 5 != 0) continue; /* the numbers of both are odd: all of both have their turn */
      pro_case in;
      char what[120];
      snprintf(what, sizeof what, "%s in %s", (*net)->name, (*preset)->name);
      support_case(&in, (*preset)->name);
      in.network = **net;
      in.duration = 3600.0;
      pro_channel_hold(&in.drive.channel[PRO_DRIVE_T_ambient], 453.15);
      throw_out_what_can_be(&in, what);
      check_run(what, &in, NULL);
    }
}
END_TEST

/* The middle of a range; of one over many powers of ten, or from zero, by powers of ten. */
static double middle(const pro_field *f) {
  if (f->low > 0.0 && f->high / f->low >= 1e3) return sqrt(f->low * f->high);
  return f->low == 0.0 && f->high >= 1e3 ? 1e-3 * f->high : 0.5 * (f->low + f->high);
}

/* The field that a kind says is missing where another one does not tell it. */
static const pro_field *said_missing(const pro_kind *kind) {
  const char *message = pro_error_message(), *dot = strchr(message, '.');
  for (const pro_field *f = kind->fields; dot && f->name; f++)
    if (strncmp(dot + 1, f->name, strlen(f->name)) == 0 &&
        strncmp(dot + 1 + strlen(f->name), " is missing", 11) == 0)
      return f;
  return NULL;
}

/* Each kind with its defaults, needed fields in the middle of their range, in every cell it does not refuse, by
 * every integrator. */
START_TEST(every_kind_runs_with_every_integrator) {
  for (const pro_kind *const *it = pro_kind_all; *it; it++) {
    const pro_kind *kind = *it;
    int ran = 0;
    for (const pro_cell_preset *const *preset = pro_cell_all; *preset; preset++) {
      pro_case in;
      union {
        double align;
        unsigned char bytes[PRO_KIND_BYTES];
      } params;
      support_case(&in, (*preset)->name);
      memset(&in.drive, 0, sizeof in.drive);
      in.rtol = 1e-6, in.duration = 300.0, in.period = 1.0;
      pro_field_defaults(kind->fields, &params);
      for (const pro_field *f = kind->fields; f->name; f++)
        if (f->need == PRO_NEEDED) pro_field_put(f, &params, middle(f));
      ck_assert_msg(pro_field_check(kind->fields, &params) == PRO_OK, "%s: %s", kind->name, pro_error_message());
      pro_status status = kind->apply(&in, &params, NULL);
      const pro_field *missing = status == PRO_EINPUT ? said_missing(kind) : NULL;
      if (missing) {
        pro_field_put(missing, &params, middle(missing));
        memset(&in.drive, 0, sizeof in.drive);
        status = kind->apply(&in, &params, NULL);
      }
      if (status != PRO_OK) { /* a cell without charge has nothing to short; the message begins with a key */
        ck_assert_int_eq(status, PRO_EINPUT);
        const char *message = pro_error_message(), *dot = strchr(message, '.');
        ck_assert_msg(dot && !memchr(message, ' ', (size_t)(dot - message)), "%s: '%s' does not begin with a key",
                      kind->name, message);
        continue;
      }
      ran++;
      ck_assert_msg(isnan(in.t_fault) || in.t_fault >= 0.0, "%s: fault at %g s", kind->name, in.t_fault);
      ck_assert_msg(in.drive.channel[PRO_DRIVE_T_ambient].knots > 0, "%s: surroundings of 0 K", kind->name);
      for (const pro_integrator *const *with = pro_integrator_all; *with; with++) {
        char what[160];
        snprintf(what, sizeof what, "%s of %s by %s", kind->name, (*preset)->name, (*with)->name);
        check_run(what, &in, *with);
      }
    }
    ck_assert_msg(ran > 0, "%s refuses every cell", kind->name);
  }
}
END_TEST

/* Whatever the sensors give - nothing, nonsense, gaps, a runaway - a verdict is one, and the same one twice. */
START_TEST(every_detector_bears_every_sample) {
  for (const pro_detector *const *it = pro_detector_all; *it; it++) {
    const pro_detector *d = *it;
    ck_assert_uint_le(d->param_bytes, PRO_DETECTOR_BYTES_MAX);
    ck_assert_uint_le(d->state_bytes, PRO_DETECTOR_BYTES_MAX);
    union block {
      double align;
      unsigned char bytes[PRO_DETECTOR_BYTES_MAX];
    } params, state[2];
    memset(&params, 0, sizeof params);
    if (d->fields) pro_field_defaults(d->fields, &params);
    const pro_nameplate unknown = {NAN, NAN, NAN, NAN, NAN, -1}, known = {9360.0f, 0.045f, 3.1f, 4.2f, 333.15f, 0};
    for (int plate = 0; plate < 2; plate++) {
      memset(state, plate ? 0xff : 0, sizeof state);
      for (int k = 0; k < 2; k++) d->reset(&state[k], &params, plate ? &known : &unknown);
      support_random random = {61, 0};
      double t = 0.0;
      for (int n = 0; n < 3000; n++) {
        pro_sample sample = {.t = t};
        for (int c = 0; c < PRO_CHANNEL_COUNT; c++) {
          double what = support_between(&random, 0.0, 1.0);
          sample.value[c] = n < 100 || what < 0.2 ? NAN : (float)support_between(&random, -10.0, 500.0);
          if (n > 2000 && what > 0.9) sample.value[c] = what > 0.95 ? INFINITY : -1e30f;
        }
        pro_verdict a = d->step(&state[0], &params, &sample), b = d->step(&state[1], &params, &sample);
        support_check(a.probability >= 0.0f && a.probability <= 1.0f, "%s: probability %g at sample %d", d->name,
                      (double)a.probability, n);
        support_check(a.hazard == PRO_HAZARD_normal || a.hazard == PRO_HAZARD_hazardous, "%s: hazard", d->name);
        support_check(a.probability == b.probability && a.hazard == b.hazard, "%s differs at sample %d", d->name,
                      n);
        t += n % 7 == 0 ? 0.0 : support_between(&random, 0.0, n % 500 == 0 ? 5000.0 : 2.0); /* repeats, gaps */
      }
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("registry");
  TCase *tests = tcase_create("registry");
  tcase_set_timeout(tests, 240.0);
  tcase_add_test(tests, every_row_has_a_name_of_its_own_a_doc_and_a_source);
  tcase_add_test(tests, every_row_is_found_by_its_name);
  tcase_add_test(tests, every_field_has_a_unit_a_doc_and_a_default_in_range);
  tcase_add_test(tests, every_chemistry_and_every_cell_passes_its_own_check);
  tcase_add_test(tests, every_sensor_reads_a_truth_of_its_own_unit);
  tcase_add_test(tests, truth_and_clocks_are_documented);
  tcase_add_test(tests, every_chemistry_runs_in_every_cell);
  tcase_add_test(tests, every_kind_runs_with_every_integrator);
  tcase_add_test(tests, every_detector_bears_every_sample);
  suite_add_tcase(suite, tests);
  return support_main(suite);
}

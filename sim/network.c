/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/network.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PRO_AS_GAS_NAME(name, molar_mass, lfl, doc) #name,
const char *const pro_gas_names[PRO_GAS_COUNT] = {PRO_GAS_LIST(PRO_AS_GAS_NAME)};
#define PRO_AS_GAS_MASS(name, molar_mass, lfl, doc) molar_mass,
const double pro_gas_molar_mass[PRO_GAS_COUNT] = {PRO_GAS_LIST(PRO_AS_GAS_MASS)};
#define PRO_AS_GAS_LFL(name, molar_mass, lfl, doc) lfl,
const double pro_gas_lfl[PRO_GAS_COUNT] = {PRO_GAS_LIST(PRO_AS_GAS_LFL)};

double pro_gas_mixture_lfl(const double *x) {
  double sum = 0.0;
  for (int g = 0; g < PRO_GAS_COUNT; g++)
    if (pro_gas_lfl[g] > 0.0) sum += x[g] / pro_gas_lfl[g];
  return sum > 0.0 ? 1.0 / sum : (double)INFINITY;
}

const pro_field pro_reaction_fields[] = {
    PRO_FIELD_REAL(pro_reaction, A, "1/s", NAN, 1e-30, 1e80, "frequency factor"),
    PRO_FIELD_REAL(pro_reaction, Ea, "J/mol", NAN, 0.0, 1e6, "activation energy, for the network's gas constant"),
    PRO_FIELD_REAL(pro_reaction, heat, "J/kg", NAN, -1e8, 1e8, "released per kg of reactant and unit extent"),
    PRO_FIELD_REAL(pro_reaction, content, "kg/m3", NAN, 0.0, 1e4, "reactant per volume of jelly roll"),
    PRO_FIELD_END,
};
const pro_field pro_network_fields[] = {
    PRO_FIELD_REAL(pro_network, k_max, "1/s", NAN, 1e-3, 1e300, "cap of every rate coefficient"),
    PRO_FIELD_END,
};
const pro_field pro_species_fields[] = {
    PRO_FIELD_REAL(pro_species, initial, "1", NAN, 0.0, 1e3, "at the start"),
    PRO_FIELD_END,
};

int pro_network_species_count(const pro_network *net) {
  int n = 0;
  while (n < PRO_SPECIES_MAX && net->species[n].name) n++;
  return n;
}

int pro_network_reaction_count(const pro_network *net) {
  int n = 0;
  while (n < PRO_REACTIONS_MAX && net->reactions[n].name) n++;
  return n;
}

static int factor_count(const pro_reaction *r) {
  int n = 0;
  while (n < PRO_FACTORS_MAX && r->factors[n].law) n++;
  return n;
}

pro_status pro_network_check(const pro_network *net) {
  int species = pro_network_species_count(net), n = pro_network_reaction_count(net);
  if (n == 0) return pro_fail(PRO_EINPUT, "chemistry %s has no reactions", net->name);
  if (!net->source || !net->doc) return pro_fail(PRO_EINPUT, "chemistry %s lacks its doc or source", net->name);
  if (!(net->gas_constant > 8.3 && net->gas_constant < 8.33))
    return pro_fail(PRO_EINPUT, "chemistry %s: its gas constant %g is none", net->name, net->gas_constant);
  PRO_TRY(pro_field_check(pro_network_fields, net));
  for (int s = 0; s < species; s++) PRO_TRY(pro_field_check(pro_species_fields, &net->species[s]));
  for (int j = 0; j < n; j++) {
    const pro_reaction *r = &net->reactions[j];
    if (!r->source) return pro_fail(PRO_EINPUT, "chemistry %s: %s cites no source", net->name, r->name);
    if (!(r->full > 0.0))
      return pro_fail(PRO_EINPUT, "chemistry %s: %s lacks its full extent", net->name, r->name);
    if (pro_field_check(pro_reaction_fields, r) != PRO_OK)
      return pro_fail(PRO_EINPUT, "%s.%s", r->name, pro_error_message());
    double mass = 0.0; /* of gas from a kg of reactant */
    for (int g = 0; g < PRO_GAS_MADE; g++) mass += r->gas[g] * r->full * pro_gas_molar_mass[g];
    if (mass > 1.0)
      return pro_fail(PRO_EINPUT, "chemistry %s: %s makes %.3g kg of gas from 1 kg", net->name, r->name, mass);
    for (int f = 0; f < factor_count(r); f++)
      if (r->factors[f].species < 0 || r->factors[f].species >= species)
        return pro_fail(PRO_EINPUT, "chemistry %s: %s reads species %d, which is not there", net->name, r->name,
                        r->factors[f].species);
  }
  return PRO_OK;
}

void pro_network_load(pro_network_lanes *to, int lane, const pro_network *net) {
  to->form = net;
  to->species = pro_network_species_count(net);
  to->reactions = pro_network_reaction_count(net);
  to->gas_constant[lane] = net->gas_constant;
  to->k_max[lane] = net->k_max;
  for (int s = 0; s < to->species; s++) to->initial[s][lane] = net->species[s].initial;
  for (int j = 0; j < to->reactions; j++) {
    const pro_reaction *r = &net->reactions[j];
    to->A[j][lane] = r->A;
    to->Ea[j][lane] = r->Ea;
    for (int f = 0; f < PRO_FACTORS_MAX; f++)
      to->p[j][f][lane] = r->factors[f].p, to->q[j][f][lane] = r->factors[f].q;
    for (int s = 0; s < to->species; s++) to->change[j][s][lane] = r->change[s];
  }
}

void pro_network_species(const pro_network *net, const double *xi, double *c) {
  int n = pro_network_reaction_count(net);
  for (int s = 0; s < pro_network_species_count(net); s++) {
    c[s] = net->species[s].initial;
    for (int j = 0; j < n; j++) c[s] += net->reactions[j].change[s] * xi[j];
  }
}

static void species_from_extents(const pro_network_lanes *net, const pro_lanes *xi, pro_lanes *c) {
  for (int s = 0; s < net->species; s++) {
    c[s] = net->initial[s];
    for (int j = 0; j < net->reactions; j++)
      if (net->form->reactions[j].change[s] != 0.0) c[s] += net->change[j][s] * xi[j];
  }
}

/* K = A exp(-Ea/(R T)) * capped factors, r = K/(1 + K/k_max) * the other factors: with u the product of the latter
 * and lid = 1/(1 + K/k_max), dr = lid^2 u dK + lid K du. */
static void evaluate(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *xi, pro_lanes *rate,
                     pro_lanes *slope_T, pro_lanes *slope_xi) {
  pro_lanes c[PRO_SPECIES_MAX];
  species_from_extents(net, xi, c);
  pro_lanes per_RT = 1.0 / (net->gas_constant * *T);
  int n = net->reactions;
  for (int j = 0; j < n; j++) {
    const pro_reaction *r = &net->form->reactions[j];
    int factors = factor_count(r);
    pro_law_value f[PRO_FACTORS_MAX];
    pro_lanes K = net->A[j] * pro_lanes_exp(-net->Ea[j] * per_RT), u = pro_lanes_all(1.0);
    for (int k = 0; k < factors; k++) {
      r->factors[k].law->at(&f[k], T, &c[r->factors[k].species], &net->p[j][k], &net->q[j][k]);
      if (r->factors[k].capped)
        K *= f[k].value;
      else
        u *= f[k].value;
    }
    pro_lanes lid = 1.0 / (1.0 + K / net->k_max);
    rate[j] = lid * K * u;
    if (!slope_T) continue;
    slope_T[j] = lid * lid * u * K * net->Ea[j] * per_RT / *T;
    for (int i = 0; i < n; i++) slope_xi[j * n + i] = pro_lanes_all(0.0);
    for (int k = 0; k < factors; k++) {
      /* the product without factor k: no division, factors may be zero */
      pro_lanes others =
          r->factors[k].capped ? lid * lid * u * net->A[j] * pro_lanes_exp(-net->Ea[j] * per_RT) : lid * K;
      for (int g = 0; g < factors; g++)
        if (g != k && r->factors[g].capped == r->factors[k].capped) others *= f[g].value;
      slope_T[j] += others * f[k].slope_T;
      int s = r->factors[k].species;
      for (int i = 0; i < n; i++)
        if (net->form->reactions[i].change[s] != 0.0)
          slope_xi[j * n + i] += others * f[k].slope_c * net->change[i][s];
    }
  }
}

void pro_network_rates(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *xi, pro_lanes *rate) {
  evaluate(net, T, xi, rate, NULL, NULL);
}

void pro_network_slopes(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *xi, pro_lanes *rate,
                        pro_lanes *slope_T, pro_lanes *slope_xi) {
  assert(slope_T && slope_xi);
  evaluate(net, T, xi, rate, slope_T, slope_xi);
}

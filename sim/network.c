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

pro_lanes pro_gas_flammability(const pro_lanes *x) {
  pro_lanes sum = pro_lanes_all(0.0);
  for (int g = 0; g < PRO_GAS_COUNT; g++)
    if (pro_gas_lfl[g] > 0.0) sum += x[g] / pro_gas_lfl[g];
  return sum;
}

double pro_gas_mixture_lfl(const double *x) {
  pro_lanes wide[PRO_GAS_COUNT];
  for (int g = 0; g < PRO_GAS_COUNT; g++) wide[g] = pro_lanes_all(x[g]);
  double sum = pro_gas_flammability(wide)[0];
  return sum > 0.0 ? 1.0 / sum : (double)INFINITY;
}

const pro_field pro_reaction_fields[] = {
    PRO_FIELD_REAL(pro_reaction, A, "1/s", NAN, 1e-30, 1e80, "frequency factor"),
    PRO_FIELD_REAL(pro_reaction, Ea, "J/mol", NAN, 0.0, 1e6, "activation energy, for the network's gas constant"),
    PRO_FIELD_REAL(pro_reaction, heat, "J/kg", NAN, -1e8, 1e8, "released per kg of reactant and unit extent"),
    PRO_FIELD_REAL(pro_reaction, content, "kg/m3", NAN, 0.0, 1e4, "reactant per volume of jelly roll"),
    PRO_FIELD_REAL(pro_reaction, per_capacity, "kg/C", NAN, 0.0, 1.0,
                   "reactant per charge of the cell, beside content"),
    PRO_FIELD_REAL(pro_reaction, cap, "1", NAN, 0.0, 1e6,
                   "of its coefficient, in multiples of network.k_max; 0: 1"),
    PRO_FIELD_END,
};
#define PRO_AS_SEI_HEAT_NAME(name) #name,
static const char *const sei_heat_names[] = {PRO_SEI_HEAT_LIST(PRO_AS_SEI_HEAT_NAME) NULL};

const pro_field pro_network_fields[] = {
    PRO_FIELD_REAL(pro_network, k_max, "1/s", NAN, 1e-3, 1e300, "cap of every rate coefficient"),
    PRO_FIELD_CHOICE(pro_network, sei_heat, sei_heat_names, 0, "how the heat of regenerated SEI is counted"),
    PRO_FIELD_END,
};
const pro_field pro_species_fields[] = {
    PRO_FIELD_REAL(pro_species, initial, "1", NAN, 0.0, 1e3, "at full charge"),
    PRO_FIELD_REAL(pro_species, per_soc, "1", NAN, -1e3, 1e3, "more of it per unit of charge"),
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

/* index of the anode's lithium; -1: the charge is nobody's but the currents' */
static int lithium_of(const pro_network *net) {
  for (int s = 0; s < pro_network_species_count(net); s++)
    if (net->species[s].lithium && net->species[s].per_soc != 0.0) return s;
  return -1;
}

double pro_network_discharge(const pro_network *net, int reaction) {
  int lithium = lithium_of(net);
  return lithium >= 0 ? -net->reactions[reaction].change[lithium] / net->species[lithium].per_soc : 0.0;
}

double pro_network_reactant(const pro_network *net, int reaction, double volume, double capacity) {
  const pro_reaction *r = &net->reactions[reaction];
  return r->content * volume + r->per_capacity * capacity;
}

static double sei_heat(const pro_network *net) {
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    if (net->reactions[j].stage == PRO_STAGE_sei) return net->reactions[j].heat;
  return 0.0;
}

double pro_network_heat(const pro_network *net, int reaction, double volume, double capacity) {
  const pro_reaction *r = &net->reactions[reaction];
  if (r->electrical) return 0.0;
  double heat = r->heat;
  if (r->stage == PRO_STAGE_anode && net->sei_heat == PRO_SEI_HEAT_net) heat -= net->sei_formed * sei_heat(net);
  return heat * pro_network_reactant(net, reaction, volume, capacity);
}

double pro_network_gas(const pro_network *net, double volume, double capacity) {
  double mass = 0.0;
  for (int j = 0; j < pro_network_reaction_count(net); j++) {
    const pro_reaction *r = &net->reactions[j];
    double per_extent = pro_network_reactant(net, j, volume, capacity);
    for (int g = 0; g < PRO_GAS_MADE; g++) mass += per_extent * r->full * r->gas[g] * pro_gas_molar_mass[g];
  }
  return mass;
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
    if (!(r->content > 0.0 || r->per_capacity > 0.0 || r->electrical))
      return pro_fail(PRO_EINPUT, "chemistry %s: %s has no reactant", net->name, r->name);
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

/* what a unit extent changes, without the regeneration of SEI where the convention is that there is none */
static double change_of(const pro_network *net, int reaction, int species) {
  const pro_reaction *r = &net->reactions[reaction];
  if (net->sei_heat != PRO_SEI_HEAT_none || r->stage != PRO_STAGE_anode || net->sei_formed <= 0.0)
    return r->change[species];
  for (int j = 0; j < pro_network_reaction_count(net); j++)
    if (net->reactions[j].stage == PRO_STAGE_sei && net->reactions[j].change[species] < 0.0) return 0.0;
  return r->change[species];
}

/* This build's law of that name. */
static const pro_law *law_of(const pro_law *law) {
  for (const pro_law *const *it = pro_law_all; *it; it++)
    if (*it == law) return law;
  for (const pro_law *const *it = pro_law_all; *it; it++)
    if (strcmp((*it)->name, law->name) == 0) return *it;
  return law;
}

static void find_structure(pro_network_lanes *to, const pro_network *net) {
  int n = pro_network_reaction_count(net);
  to->species = pro_network_species_count(net);
  to->reactions = n;
  for (int s = 0; s < to->species; s++) to->charged[s] = net->species[s].per_soc != 0.0;
  to->lithium = lithium_of(net);
  for (int j = 0; j < n && to->lithium >= 0; j++)
    if (change_of(net, j, to->lithium) != net->reactions[j].change[to->lithium]) to->lithium = -1;
  for (int s = 0; s < to->species; s++)
    for (int j = 0; j < n; j++)
      if (net->reactions[j].change[s] != 0.0) {
        to->changed[to->changes].species = (unsigned char)s;
        to->changed[to->changes++].reaction = (unsigned char)j;
      }
  for (int g = 0; g < PRO_GAS_MADE; g++)
    for (int j = 0; j < n; j++)
      if (net->reactions[j].gas[g] != 0.0) {
        to->made[to->makes].gas = (unsigned char)g;
        to->made[to->makes++].reaction = (unsigned char)j;
      }
  for (int j = 0; j < n; j++) {
    const pro_reaction *r = &net->reactions[j];
    to->factors[j] = factor_count(r);
    to->takes[j] = pro_network_discharge(net, j) != 0.0;
    for (int f = 0; f < to->factors[j]; f++) {
      to->factor[j][f].law = law_of(r->factors[f].law);
      to->factor[j][f].species = (unsigned char)r->factors[f].species;
      to->factor[j][f].capped = r->factors[f].capped != 0;
    }
    for (int f = 0; f < to->factors[j]; f++) {
      const int s = r->factors[f].species;
      to->reads_charge[j] |= to->charged[s];
      for (int i = 0; i < n && s != to->lithium; i++)
        to->reads[j * n + i] |=
            net->reactions[i].change[s] != 0.0 || (to->charged[s] && pro_network_discharge(net, i) != 0.0);
    }
  }
}

void pro_network_load(pro_network_lanes *to, int lane, const pro_network *net) {
  if (!to->form) find_structure(to, net);
  to->form = net;
  for (int s = 0; s < to->species; s++) {
    to->initial[s][lane] = net->species[s].initial;
    to->per_soc[s][lane] = net->species[s].per_soc;
  }
  for (int j = 0; j < to->reactions; j++) {
    const pro_reaction *r = &net->reactions[j];
    to->A[j][lane] = r->A;
    to->Ea_R[j][lane] = r->Ea / net->gas_constant;
    double cap = net->k_max * (r->cap > 0.0 ? r->cap : 1.0);
    to->capped |= cap < 1e100;
    to->per_cap[j][lane] = cap < 1e100 ? 1.0 / cap : 0.0; /* beyond it is none; subnormal numbers are slow */
    for (int f = 0; f < PRO_FACTORS_MAX; f++)
      to->p[j][f][lane] = r->factors[f].p, to->q[j][f][lane] = r->factors[f].q;
    for (int s = 0; s < to->species; s++) to->change[j][s][lane] = change_of(net, j, s);
    to->discharge[j][lane] = pro_network_discharge(net, j);
  }
}

pro_lanes pro_network_charge(const pro_network_lanes *net, const pro_lanes *soc, const pro_lanes *xi) {
  pro_lanes left = *soc;
  for (int j = 0; j < net->reactions; j++) left -= net->discharge[j] * xi[j];
  return left;
}

void pro_network_species(const pro_network *net, double soc, const double *xi, double *c) {
  int n = pro_network_reaction_count(net);
  for (int s = 0; s < pro_network_species_count(net); s++) {
    c[s] = net->species[s].initial + net->species[s].per_soc * (soc - 1.0);
    for (int j = 0; j < n; j++) c[s] += change_of(net, j, s) * xi[j];
  }
}

void pro_network_species_lanes(const pro_network_lanes *net, const pro_lanes *soc, const pro_lanes *xi,
                               pro_lanes *c) {
  for (int s = 0; s < net->species; s++) {
    c[s] = net->initial[s];
    if (net->charged[s]) c[s] += net->per_soc[s] * (*soc - 1.0);
  }
  for (int k = 0; k < net->changes; k++) {
    int s = net->changed[k].species, j = net->changed[k].reaction;
    c[s] += net->change[j][s] * xi[j];
  }
}

/* K = A exp(-Ea/(R T)) * capped factors, r = K/(1 + K/cap) * the other factors: with u the product of the latter
 * and lid = 1/(1 + K/cap), dr = lid^2 u dK + lid K du. */
static void evaluate(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc, const pro_lanes *xi,
                     pro_lanes *rate, pro_lanes *slope_T, pro_lanes *slope_charge, pro_lanes *slope_xi) {
  pro_lanes c[PRO_SPECIES_MAX];
  pro_network_species_lanes(net, soc, xi, c);
  pro_lanes per_T = 1.0 / *T;
  int n = net->reactions;
  pro_lanes arrhenius[PRO_REACTIONS_MAX]; /* all at once: none waits for another's factors */
  for (int j = 0; j < n; j++) arrhenius[j] = net->A[j] * pro_lanes_exp(-net->Ea_R[j] * per_T);
  for (int j = 0; j < n; j++) {
    int factors = net->factors[j];
    pro_law_value f[PRO_FACTORS_MAX];
    pro_lanes K = arrhenius[j], u = pro_lanes_all(1.0);
    for (int k = 0; k < factors; k++) {
      const pro_lanes *of = &c[net->factor[j][k].species];
      const pro_law *law = net->factor[j][k].law;
      if (slope_T)
        law->at(&f[k], T, of, &net->p[j][k], &net->q[j][k]);
      else if (law->line.slope != 0.0)
        f[k].value = pro_law_line_at(&law->line, *of);
      else
        law->value(&f[k].value, T, of, &net->p[j][k], &net->q[j][k]);
      if (net->factor[j][k].capped)
        K *= f[k].value;
      else
        u *= f[k].value;
    }
    pro_lanes lid =
        net->capped ? 1.0 / (1.0 + K * net->per_cap[j]) : pro_lanes_all(1.0); /* the same, if none is */
    rate[j] = lid * K * u;
    if (!slope_T) continue;
    slope_T[j] = lid * lid * u * K * net->Ea_R[j] * per_T * per_T;
    slope_charge[j] = pro_lanes_all(0.0);
    for (int i = 0; i < n; i++) slope_xi[j * n + i] = pro_lanes_all(0.0);
    for (int k = 0; k < factors; k++) {
      /* the product without factor k: no division, factors may be zero */
      pro_lanes others = net->factor[j][k].capped ? lid * lid * u * arrhenius[j] : lid * K;
      for (int g = 0; g < factors; g++)
        if (g != k && net->factor[j][g].capped == net->factor[j][k].capped) others *= f[g].value;
      slope_T[j] += others * f[k].slope_T;
      int s = net->factor[j][k].species;
      pro_lanes slope = others * f[k].slope_c;
      if (net->charged[s]) slope_charge[j] += slope * net->per_soc[s];
      if (s == net->lithium) continue;
      for (int i = 0; i < n; i++) {
        if (!net->reads[j * n + i]) continue;
        slope_xi[j * n + i] += slope * net->change[i][s];
        if (net->charged[s]) slope_xi[j * n + i] += slope * (net->per_soc[s] * net->discharge[i]);
      }
    }
  }
}

void pro_network_rates(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc, const pro_lanes *xi,
                       pro_lanes *rate) {
  evaluate(net, T, soc, xi, rate, NULL, NULL, NULL);
}

void pro_network_slopes(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc,
                        const pro_lanes *xi, pro_lanes *rate, pro_lanes *slope_T, pro_lanes *slope_charge,
                        pro_lanes *slope_xi) {
  assert(slope_T && slope_charge && slope_xi);
  evaluate(net, T, soc, xi, rate, slope_T, slope_charge, slope_xi);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/network.h - a reaction network as data, and the only code that evaluates one.
 *
 * The unknowns are the reactions' extents xi[j] [-], zero at the start. Everything else the network says is linear
 * in them: species   c = c0 + S (soc - 1) + N xi        heat   Q = h . xi        gas   n = G xi
 * so right-hand side, Jacobian, energy ledger, gas yield, stage labels and the reference page come from one table.
 *
 * The state of charge enters as the charge that currents have left in the cell: lithium that a short has taken out
 * of the anode can no longer burn there, and lithium that has burnt can no longer be discharged
 * (pro_network_charge). */
#ifndef PRO_NETWORK_H
#define PRO_NETWORK_H

#include "sim/field.h"
#include "sim/law.h"

enum { PRO_SPECIES_MAX = 12, PRO_REACTIONS_MAX = 10, PRO_FACTORS_MAX = 5 };

/* name, molar mass [kg/mol], lower flammability limit in air [-] (0: inert), what it is. The order is the gas
 * axis. Reactions make those before `vapour`, which is the electrolyte's solvent; `air` is what the can was closed
 * with. Molar masses: CIAAW 2021 atomic weights, vapour as dimethyl carbonate; limits: Zabetakis, U.S. Bureau of
 * Mines Bulletin 627 (1965) as rounded in common safety tables; vapour: dimethyl carbonate, 4.2 % (medium
 * confidence). */
#define PRO_GAS_LIST(X)                                     \
  X(H2, 2.016e-3, 0.040, "hydrogen")                        \
  X(CO, 28.010e-3, 0.125, "carbon monoxide")                \
  X(CO2, 44.009e-3, 0.0, "carbon dioxide")                  \
  X(CH4, 16.043e-3, 0.050, "methane")                       \
  X(C2H4, 28.054e-3, 0.0275, "ethylene")                    \
  X(C2H6, 30.070e-3, 0.030, "ethane")                       \
  X(HF, 20.006e-3, 0.0, "hydrogen fluoride")                \
  X(vapour, 90.078e-3, 0.042, "electrolyte solvent vapour") \
  X(air, 28.965e-3, 0.0, "air closed in with the jelly roll")
#define PRO_AS_GAS(name, molar_mass, lfl, doc) PRO_GAS_##name,
typedef enum pro_gas { PRO_GAS_LIST(PRO_AS_GAS) PRO_GAS_COUNT } pro_gas;
#undef PRO_AS_GAS
enum { PRO_GAS_MADE = PRO_GAS_vapour }; /* gases below this one are made by reactions */
extern const char *const pro_gas_names[PRO_GAS_COUNT];
extern const double pro_gas_molar_mass[PRO_GAS_COUNT]; /* [kg/mol] */
extern const double pro_gas_lfl[PRO_GAS_COUNT];        /* [-] */

/* The sum over gases of mole fraction x (PRO_GAS_COUNT) over lower flammability limit: what burns in air makes 1
 * of it, by Le Chatelier. */
pro_lanes pro_gas_flammability(const pro_lanes *x);
/* Lower flammability limit of a mixture in air by Le Chatelier, inert parts included in the mole fractions x
 * (PRO_GAS_COUNT) [-]; infinity where nothing burns. */
double pro_gas_mixture_lfl(const double *x);

/* The stage of decomposition that a reaction's progress shows. */
#define PRO_STAGE_LIST(X) \
  X(none) X(sei) X(anode) X(separator) X(cathode) X(electrolyte) X(binder) X(oxygen) X(crosstalk)
#define PRO_AS_STAGE(name) PRO_STAGE_##name,
typedef enum pro_stage { PRO_STAGE_LIST(PRO_AS_STAGE) PRO_STAGE_COUNT } pro_stage;
#undef PRO_AS_STAGE

typedef struct pro_species {
  const char *name; /* NULL ends the list */
  double initial;   /* at full charge [-] */
  const char *doc;
  double per_soc; /* more of it per unit of charge: at soc there are initial + per_soc (soc - 1) [-] */
  int lithium;    /* 1: the anode's lithium, of which what is left is the charge that the cell can still give */
} pro_species;

typedef struct pro_factor {
  const pro_law *law; /* NULL ends the list */
  int species;        /* index into pro_network.species; ignored by laws of T alone */
  double p, q;        /* the law's parameters */
  int capped;         /* 1: part of the rate coefficient on which the cap acts */
} pro_factor;

/* r = K/(1 + K/(cap k_max)) * (factors not capped),  K = A exp(-Ea/(R T)) * (factors capped)   [1/s] */
typedef struct pro_reaction {
  const char *name;    /* snake_case; NULL ends the list */
  double A;            /* frequency factor [1/s] */
  double Ea;           /* activation energy [J/mol] */
  double heat;         /* released per kg of reactant and unit extent, > 0 exothermic [J/kg] */
  double content;      /* reactant per volume of jelly roll [kg/m3] */
  double per_capacity; /* and per charge of the cell, in sets made for cells of any size [kg/C] */
  pro_factor factors[PRO_FACTORS_MAX];
  double change[PRO_SPECIES_MAX]; /* species change per unit extent [-] */
  double gas[PRO_GAS_MADE];       /* gas per kg of reactant and unit extent [mol/kg] */
  pro_stage stage;
  double cap;     /* of this reaction's coefficient, as a multiple of the network's k_max [-]; 0: 1 */
  double full;    /* extent at which the reactant is used up, at full charge [-]: for labels */
  int electrical; /* 1: it discharges the cell chemically; a unit extent releases capacity * (U - T dU/dT), from
                     the same store as currents do, and `heat` stays 0 */
  const char *source; /* where A, Ea, heat and content come from */
} pro_reaction;

/* How the heat of regenerated SEI is counted. Public codes disagree, and it changes the time to runaway by a
 * factor of 1.8: net: what decomposes less what forms, so the forming reaction pays; decomposition: what
 * decomposes alone, which counts the enthalpy of regenerated SEI twice; none: nothing is regenerated. */
#define PRO_SEI_HEAT_LIST(X) X(net) X(decomposition) X(none)
#define PRO_AS_SEI_HEAT(name) PRO_SEI_HEAT_##name,
typedef enum pro_sei_heat { PRO_SEI_HEAT_LIST(PRO_AS_SEI_HEAT) PRO_SEI_HEAT_COUNT } pro_sei_heat;
#undef PRO_AS_SEI_HEAT

typedef struct pro_network {
  const char *name, *doc, *source;
  double gas_constant; /* the one its Ea were fitted with [J/(mol K)] */
  double k_max;        /* cap of every rate coefficient [1/s] */
  int sei_heat;        /* pro_sei_heat: what the SEI that the anode makes anew costs */
  double sei_formed;   /* such SEI per unit extent of the reaction marked by stage anode [-]; 0: none is counted */
  const char *gas_source;
  pro_species species[PRO_SPECIES_MAX];
  pro_reaction reactions[PRO_REACTIONS_MAX];
} pro_network;

extern const pro_field
    pro_reaction_fields[]; /* A, Ea, heat, content, per_capacity: what a scenario may address and vary */
extern const pro_field pro_network_fields[]; /* k_max, sei_heat */
extern const pro_field pro_species_fields[]; /* initial, per_soc */

int pro_network_species_count(const pro_network *net);
int pro_network_reaction_count(const pro_network *net);

/* Refuses a table that cannot be integrated: a missing name or source, a factor on a species that is not there, a
 * value out of range. Run once, when a case picks the network. */
pro_status pro_network_check(const pro_network *net) PRO_MUST_CHECK;

/* Of a cell of `volume` [m3] of jelly roll and `capacity` [C]: reactant of a reaction [kg], and heat of its unit
 * extent [J], the convention of SEI heat applied; 0 for an electrical one. */
double pro_network_reactant(const pro_network *net, int reaction, double volume, double capacity);
double pro_network_heat(const pro_network *net, int reaction, double volume, double capacity);
/* Gas that all its reactions make by the extents at which a full cell's reactants are used up [kg]. */
double pro_network_gas(const pro_network *net, double volume, double capacity);

/* Charge, as a share of the capacity, that a unit extent takes of the anode's lithium [-]. */
double pro_network_discharge(const pro_network *net, int reaction);

/* The numbers of eight networks of one structure, side by side. */
typedef struct pro_network_lanes {
  const pro_network *form; /* its structure: names, laws, species indices; borrowed */
  int species, reactions;
  int factors[PRO_REACTIONS_MAX];                             /* how many each rate has */
  unsigned char takes[PRO_REACTIONS_MAX];                     /* whether a reaction takes charge */
  unsigned char reads[PRO_REACTIONS_MAX * PRO_REACTIONS_MAX]; /* [j * reactions + i]: whether j's rate reads xi[i],
                                                                 with the charge held */
  unsigned char reads_charge[PRO_REACTIONS_MAX];
  struct {
    unsigned char species, reaction;
  } changed[PRO_SPECIES_MAX * PRO_REACTIONS_MAX]; /* which reaction changes which species */
  struct {
    unsigned char gas, reaction;
  } made[PRO_GAS_MADE * PRO_REACTIONS_MAX]; /* which reaction makes which gas */
  int changes, makes;                       /* of these two lists */
  struct {
    const pro_law *law; /* of this build of the arithmetic */
    unsigned char species, capped;
  } factor[PRO_REACTIONS_MAX][PRO_FACTORS_MAX];
  unsigned char charged[PRO_SPECIES_MAX]; /* whether there is more of it with more charge */
  int lithium;                            /* species that the charge alone tells; -1: none */
  int capped;                             /* whether the rates of any lane so far have a cap */
  pro_lanes initial[PRO_SPECIES_MAX];     /* from here on all are lanes */
  pro_lanes per_soc[PRO_SPECIES_MAX];
  pro_lanes A[PRO_REACTIONS_MAX], Ea_R[PRO_REACTIONS_MAX], per_cap[PRO_REACTIONS_MAX]; /* [1/s], [K], [s] */
  pro_lanes p[PRO_REACTIONS_MAX][PRO_FACTORS_MAX], q[PRO_REACTIONS_MAX][PRO_FACTORS_MAX];
  pro_lanes change[PRO_REACTIONS_MAX][PRO_SPECIES_MAX];
  pro_lanes discharge[PRO_REACTIONS_MAX]; /* charge, as a share of the capacity, that a unit extent takes [-] */
} pro_network_lanes;

/* Fills one lane; the first call, on a `to` of zeros, finds the structure. `net` must outlive `to`. */
void pro_network_load(pro_network_lanes *to, int lane, const pro_network *net);

/* rate[j] = d xi[j]/dt [1/s] at temperature T [K], charge soc [-] and extents xi (reactions). */
void pro_network_rates(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc, const pro_lanes *xi,
                       pro_lanes *rate);

/* As pro_network_rates, with slope_T[j] = d rate[j]/dT [1/(s K)], slope_charge[j] = d rate[j]/d charge [1/s] (of
 * pro_network_charge: with the extents held it changes as soc does) and slope_xi[j * reactions + i] =
 * d rate[j]/d xi[i] [1/s] with the charge held: in xi[i] at a given soc it is discharge[i] slope_charge[j] less.
 */
void pro_network_slopes(const pro_network_lanes *net, const pro_lanes *T, const pro_lanes *soc,
                        const pro_lanes *xi, pro_lanes *rate, pro_lanes *slope_T, pro_lanes *slope_charge,
                        pro_lanes *slope_xi);

/* The charge that the cell can still give [-]: what currents have left in it, less what reactions have taken of
 * the anode's lithium. Its slope in xi[j] is -discharge[j]. */
pro_lanes pro_network_charge(const pro_network_lanes *net, const pro_lanes *soc, const pro_lanes *xi);

/* Species c (species) of one network at charge soc and extents xi (reactions). */
void pro_network_species(const pro_network *net, double soc, const double *xi, double *c);
/* Likewise of eight lanes: c (species). */
void pro_network_species_lanes(const pro_network_lanes *net, const pro_lanes *soc, const pro_lanes *xi,
                               pro_lanes *c);
#endif

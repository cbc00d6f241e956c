/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/chemistry/graphite.h - what the chemistries of graphite cells of any size have in common: the reactions'
 * forms, per charge of the cell instead of per volume, so that each such file is a short table of what differs.
 * That file defines
 *
 *   ANODE, CATHODE, ELECTROLYTE, SEPARATOR  masses [g/Ah]
 *   VOLTAGE                                 mean [V]
 *   H2, CO, CO2, CH4, C2H4, C2H6            gas made at full charge, HF apart [mol/Ah]
 *   SEI_GAS                                 of which by the SEI [mol/Ah]
 *   LITHIUM_LEFT, CATHODE_LEFT              what is left at no charge, as a share of what there is at full charge
 * [-] */
#ifndef PRO_CHEMISTRY_GRAPHITE_H
#define PRO_CHEMISTRY_GRAPHITE_H
#include "sim/network.h"

#define KIM "Kim, Pesaran & Spotnitz, J. Power Sources 170 (2007) 476"
#define CALIBRATED "calibrated for this project, not literature: "

#define PER_AH(grams) ((grams)*1e-3 / 3600.0) /* [kg/C] */
/* `moles` [mol/Ah] spread over a reactant of `grams` [g/Ah] used up at extent `full` [mol/kg] */
#define YIELD(moles, grams, full) ((moles) / ((grams)*1e-3 * (full)))

/* At full charge 0.75 of the sites that Kim's heat refers to hold lithium, and 0.96 of the cathode is not
 * converted. What is discharged takes from both. c_ca counts the delithiated cathode alone: the lithiated part of
 * LixMO2 stays (x LiMO2). */
#define C_NEG_FULL 0.75
#define C_CA_FULL 0.96
#define C_NEG_PER_SOC (C_NEG_FULL * (1.0 - LITHIUM_LEFT))
#define C_CA_PER_SOC (C_CA_FULL * (1.0 - CATHODE_LEFT))

enum { C_SEI, C_NEG, Z_SEI, ALPHA, C_CA, C_ELY, C_BIND, C_SEP, C_OX };

/* The film that tunnelling sees, calibrated on a raw ARC curve from 87 to 171 degC; literature's 0.033 makes the
 * rate at 140 to 160 degC 2 to 3 times too flat. */
#define Z_REF 0.0627

#define SPECIES                                                                                               \
  [C_SEI] = {.name = "c_sei", .initial = 0.15, .doc = "metastable SEI, as a fraction of the anode's carbon"}, \
  [C_NEG] = {.name = "c_neg",                                                                                 \
             .initial = C_NEG_FULL,                                                                           \
             .doc = "lithium in the carbon",                                                                  \
             .per_soc = C_NEG_PER_SOC,                                                                        \
             .lithium = 1},                                                                                   \
  [Z_SEI] = {.name = "z_sei", .initial = Z_REF, .doc = "thickness of the stable SEI"},                        \
  [ALPHA] = {.name = "alpha", .initial = 1.0 - C_CA_FULL, .doc = "cathode converted"},                        \
  [C_CA] = {.name = "c_ca",                                                                                   \
            .initial = C_CA_FULL,                                                                             \
            .doc = "delithiated cathode not converted",                                                       \
            .per_soc = C_CA_PER_SOC},                                                                         \
  [C_ELY] = {.name = "c_ely", .initial = 1.0, .doc = "electrolyte left"},                                     \
  [C_BIND] = {.name = "c_bind", .initial = 1.0, .doc = "binder that lithium can react with", .per_soc = 0.9}, \
  [C_SEP] = {.name = "c_sep", .initial = 1.0, .doc = "separator not molten"}
#define SPECIES_OXYGEN \
  [C_OX] = {.name = "c_ox", .initial = 0.0, .doc = "converted cathode that still holds oxygen"}

/* ---- gas: who makes it. An engineering closure of low confidence; what it is to show: the electrolyte's, rich in
 * CO2, does not depend on the charge, all else goes with lithium or with the cathode's oxygen. HF: the low end of
 * 20 to 200 mg/Wh in fires (Larsson et al. 2017), from the salt. ---- */
#define HF (20e-6 / 20.006e-3 * VOLTAGE)
#define SEI_GASES \
  [PRO_GAS_CO2] = YIELD(0.5 * SEI_GAS, ANODE, 0.15), [PRO_GAS_C2H4] = YIELD(0.5 * SEI_GAS, ANODE, 0.15)
/* with oxygen from the cathode; a kg of carbon and `full` of what takes its lithium */
#define OXIDE_LITHIUM_GASES(full)                                                                                 \
  [PRO_GAS_H2] = YIELD(0.55 * H2, ANODE, full), [PRO_GAS_CO] = YIELD(0.12 * CO, ANODE, full),                     \
  [PRO_GAS_CH4] = YIELD(0.5 * CH4, ANODE, full), [PRO_GAS_C2H4] = YIELD(0.9 * C2H4 - 0.5 * SEI_GAS, ANODE, full), \
  [PRO_GAS_C2H6] = YIELD(C2H6, ANODE, full)
#define OXIDE_CATHODE_GASES [PRO_GAS_CO] = YIELD(0.10 * CO, CATHODE, C_CA_FULL)
#define OXIDE_OXYGEN_GASES                                                                                  \
  [PRO_GAS_H2] = YIELD(0.35 * H2, CATHODE, C_CA_FULL), [PRO_GAS_CO] = YIELD(0.76 * CO, CATHODE, C_CA_FULL), \
  [PRO_GAS_CO2] = YIELD(0.15 * CO2, CATHODE, C_CA_FULL), [PRO_GAS_CH4] = YIELD(0.3 * CH4, CATHODE, C_CA_FULL)
#define OXIDE_BINDER_GASES [PRO_GAS_H2] = YIELD(0.05 * H2, BINDER, 1.0)
#define OXIDE_ELECTROLYTE_GASES                                                                             \
  [PRO_GAS_H2] = YIELD(0.05 * H2, ELECTROLYTE, 1.0), [PRO_GAS_CO] = YIELD(0.02 * CO, ELECTROLYTE, 1.0),     \
  [PRO_GAS_CO2] = YIELD(0.85 * CO2 - 0.5 * SEI_GAS, ELECTROLYTE, 1.0),                                      \
  [PRO_GAS_CH4] = YIELD(0.2 * CH4, ELECTROLYTE, 1.0), [PRO_GAS_C2H4] = YIELD(0.1 * C2H4, ELECTROLYTE, 1.0), \
  [PRO_GAS_HF] = YIELD(HF, ELECTROLYTE, 1.0)
/* without */
#define PHOSPHATE_LITHIUM_GASES(full)                                                                             \
  [PRO_GAS_H2] = YIELD(0.85 * H2, ANODE, full), [PRO_GAS_CO] = YIELD(0.5 * CO, ANODE, full),                      \
  [PRO_GAS_CH4] = YIELD(0.6 * CH4, ANODE, full), [PRO_GAS_C2H4] = YIELD(0.9 * C2H4 - 0.5 * SEI_GAS, ANODE, full), \
  [PRO_GAS_C2H6] = YIELD(C2H6, ANODE, full)
#define PHOSPHATE_CATHODE_GASES [PRO_GAS_CO] = YIELD(0.2 * CO, CATHODE, C_CA_FULL)
#define PHOSPHATE_BINDER_GASES [PRO_GAS_H2] = YIELD(0.10 * H2, BINDER, 1.0)
#define PHOSPHATE_ELECTROLYTE_GASES                                                                         \
  [PRO_GAS_H2] = YIELD(0.05 * H2, ELECTROLYTE, 1.0), [PRO_GAS_CO] = YIELD(0.3 * CO, ELECTROLYTE, 1.0),      \
  [PRO_GAS_CO2] = YIELD(CO2 - 0.5 * SEI_GAS, ELECTROLYTE, 1.0),                                             \
  [PRO_GAS_CH4] = YIELD(0.4 * CH4, ELECTROLYTE, 1.0), [PRO_GAS_C2H4] = YIELD(0.1 * C2H4, ELECTROLYTE, 1.0), \
  [PRO_GAS_HF] = YIELD(HF, ELECTROLYTE, 1.0)

/* ---- reactions; `from` says where a file's own numbers come from ---- */

#define SEI_REACTION(a, from)                                                                                \
  {                                                                                                          \
    .name = "sei_decomposition", .A = (a), .Ea = 1.3508e5, .heat = 2.57e5, .per_capacity = PER_AH(ANODE),    \
    .factors = {{.law = &pro_law_linear, .species = C_SEI}}, .change = {[C_SEI] = -1.0}, .gas = {SEI_GASES}, \
    .stage = PRO_STAGE_sei, .full = 0.15, .source = "A: " from "; Ea, heat: " KIM                            \
  }

/* What is discharged cannot burn: c_neg falls with the charge. In the explosion the film's transport holds it
 * back, and most of the lithium meets oxygen instead: cap calibrated on the heat of whole cells, which comes near
 * all of the electrical energy. */
#define ANODE_REACTION(a, from, ...)                                                                        \
  {                                                                                                         \
    .name = "anode_electrolyte", .A = (a), .Ea = 1.3508e5, .heat = 1.714e6, .per_capacity = PER_AH(ANODE),  \
    .factors = {{.law = &pro_law_available, .species = C_NEG},                                              \
                {.law = &pro_law_tunnel, .species = Z_SEI, .p = Z_REF, .capped = 1}},                       \
    .change = {[C_NEG] = -1.0, [Z_SEI] = 1.0}, .gas = {__VA_ARGS__}, .stage = PRO_STAGE_anode, .cap = 0.02, \
    .full = C_NEG_FULL, .source = "A, film: " from "; Ea, heat: " KIM                                       \
  }

/* alpha (1 - alpha) at full charge. With an oxygen stage, what it converts still holds oxygen: `oxygen` is 1. */
#define CATHODE_REACTION(a, ea, h, oxygen, from, ...)                                                    \
  {                                                                                                      \
    .name = "cathode_conversion", .A = (a), .Ea = (ea), .heat = (h), .per_capacity = PER_AH(CATHODE),    \
    .factors = {{.law = &pro_law_seed, .species = ALPHA}, {.law = &pro_law_available, .species = C_CA}}, \
    .change = {[ALPHA] = 1.0, [C_CA] = -1.0, [C_OX] = (oxygen)}, .gas = {__VA_ARGS__},                   \
    .stage = PRO_STAGE_cathode, .full = C_CA_FULL, .source = from                                        \
  }

/* What the first stage has made goes on to rock salt when it is hot, and its oxygen burns electrolyte: 13.1 kJ a
 * gram of oxygen (Huggett, Fire and Materials 4 (1980) 61), less the `h` that the first stage has had of it. `o2`
 * is the oxygen that full reduction releases [kg/kg]. 0.1 1/s at 560 degC: cells of much energy in little mass get
 * there, and make more heat per charge than others. Lithium that meets oxygen instead (crosstalk; 0.30 g/Ah) is
 * not taken off, but by `burnt`, the share that does burn, calibrated on the heat of whole cells: the debris of
 * nickel-rich cells holds metal, so reduction goes beyond the oxide counted here. */
#define OXYGEN_REACTION(o2, h, burnt)                                                                        \
  {                                                                                                          \
    .name = "cathode_oxygen", .A = 3.0e11, .Ea = 2.0e5, .heat = (burnt) * (13.1e6 * (o2) / C_CA_FULL - (h)), \
    .per_capacity = PER_AH(CATHODE), .factors = {{.law = &pro_law_linear, .species = C_OX}},                 \
    .change = {[C_OX] = -1.0}, .gas = {OXIDE_OXYGEN_GASES}, .stage = PRO_STAGE_oxygen, .full = C_CA_FULL,    \
    .source = "heat: Huggett 1980 and stoichiometry of full reduction; A, Ea: guess, to be calibrated"       \
  }

#define ELECTROLYTE_REACTION(...)                                                                                \
  {                                                                                                              \
    .name = "electrolyte_decomposition", .A = 5.14e25, .Ea = 2.74e5, .heat = 1.55e5,                             \
    .per_capacity = PER_AH(ELECTROLYTE), .factors = {{.law = &pro_law_linear, .species = C_ELY}},                \
    .change = {[C_ELY] = -1.0}, .gas = {__VA_ARGS__}, .stage = PRO_STAGE_electrolyte, .full = 1.0, .source = KIM \
  }

/* Polyvinylidene fluoride with lithiated carbon: an exotherm between 250 and 350 degC, 1.3 to 1.5 kJ/g, 2 to 5 %
 * of the anode (low confidence). A and Ea: a peak at 300 degC when heated at 5 K/min (guess). */
#define BINDER (0.03 * ANODE)
#define BINDER_REACTION(...)                                                                   \
  {                                                                                            \
    .name = "binder", .A = 1.4e14, .Ea = 1.8e5, .heat = 1.4e6, .per_capacity = PER_AH(BINDER), \
    .factors = {{.law = &pro_law_available, .species = C_BIND}}, .change = {[C_BIND] = -1.0},  \
    .gas = {__VA_ARGS__}, .stage = PRO_STAGE_binder, .full = 1.0,                              \
    .source = "heat and share: literature of low confidence; A, Ea: guess"                     \
  }

/* Fusion of polyethylene. Masses from areal capacity, 14 um (phosphate 20 um) of 40 % porosity at 2.5 to 4.5
 * mAh/cm2: guess. */
#define SEPARATOR_REACTION                                                                                        \
  {                                                                                                               \
    .name = "separator_melting", .A = 1.5e50, .Ea = 4.2e5, .heat = -1.7e5, .per_capacity = PER_AH(SEPARATOR),     \
    .factors = {{.law = &pro_law_linear, .species = C_SEP}}, .change = {[C_SEP] = -1.0},                          \
    .stage = PRO_STAGE_separator, .full = 1.0,                                                                    \
    .source =                                                                                                     \
        "A, Ea: Feng et al., Appl. Energy 154 (2015) 74; heat: fusion of polyethylene, 150 to 190 kJ/kg (medium)" \
  }

/* Oxygen that the cathode has released meets the anode's lithium: the cell discharges without a current. Needs
 * both: lithium left (the share 1/0.75 is in A) and cathode converted. 1 1/s at 300 degC with all of both, which
 * puts the peak of a 10 K/min scan near 250 degC: a guess. Its gas is what the lithium would have made by the
 * anode's reaction. */
#define CROSSTALK_REACTION                                                                                  \
  {                                                                                                         \
    .name = "crosstalk", .A = 5.0e18 / C_NEG_FULL, .Ea = 2.0e5, .per_capacity = PER_AH(ANODE),              \
    .factors = {{.law = &pro_law_available, .species = C_NEG}, {.law = &pro_law_seed, .species = ALPHA}},   \
    .change = {[C_NEG] = -C_NEG_PER_SOC}, .gas = {OXIDE_LITHIUM_GASES(C_NEG_FULL / C_NEG_PER_SOC)},         \
    .stage = PRO_STAGE_crosstalk, .full = 1.0, .electrical = 1,                                             \
    .source =                                                                                               \
        "form: cathode oxygen consumed at the anode, Liu et al., Joule 2 (2018) 2047; A, Ea: guess, to be " \
        "calibrated"                                                                                        \
  }
#endif

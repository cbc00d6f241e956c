/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/network.h"

enum { C_SEI, C_AN, C_SEP, C_ELY, C_CA1, C_CA2 };

#define FENG                                                                                                     \
  "Feng et al., Appl. Energy 154 (2015) 74, J. Electrochem. Soc. 162 (2015) A1059; as three public codes agree " \
  "on it"

/* Gas at full extent, per volume of jelly roll [mol/m3]: 0.09 mol/Ah of a 25 Ah cell of 0.2573 L (medium
 * confidence), shared as measured on NMC111 cells at full charge (of 97.8 % identified: 20.9, 16.9, 43.0, 6.9, 8.1
 * and 2.0 %). */
#define TOTAL (0.09 * 25.0 / 2.5725e-4)
#define H2 (0.209 / 0.978 * TOTAL)
#define CO (0.169 / 0.978 * TOTAL)
#define CO2 (0.430 / 0.978 * TOTAL)
#define CH4 (0.069 / 0.978 * TOTAL)
#define C2H4 (0.081 / 0.978 * TOTAL)
#define C2H6 (0.020 / 0.978 * TOTAL)
/* SEI gas: 0.1 mmol/Ah as in lco_kim2007 (guess), from all SEI that ever decomposes, the regenerated included: an
 * extent of 0.15 + 5 in the end. */
#define SEI_GAS (0.1e-3 * 25.0 / 2.5725e-4)

/* `total` [mol/m3] spread over a reactant of `content` [kg/m3] used up at extent `full` */
#define YIELD(total, content, full) ((total) / ((content) * (full)))
#define ANODE(share, gas) YIELD((share)*gas, 391.14, 1.0)
#define CATHODE(share, gas) YIELD(0.5 * (share)*gas, 696.29, 0.999) /* halves to the two channels */
#define ELECTROLYTE(share, gas) YIELD((share)*gas, 420.0, 1.0)

#define CELSIUS(t) ((t) + 273.15)
#define GATE(at) \
  { .law = &pro_law_gate, .p = CELSIUS(at), .q = 1.0, .capped = 1 }

/* Regenerated SEI: the anode reaction makes 5 units of SEI a unit of extent. With SEI heat counted net
 * (network.sei_heat) the formation's share is taken off the anode's 1714 kJ/kg; counting decomposition alone
 * releases the enthalpy of regenerated SEI twice: 129 kJ of a 25 Ah cell. */
#define REGENERATION 5.0
#define SEI_HEAT 2.57e5

const pro_network pro_chemistry_nmc_feng2015 =
    {
        .name = "nmc_feng2015",
        .doc =
            "Six channels of a 25 Ah NMC111/graphite cell at full charge, SEI regeneration with net heat, "
            "separator melting "
            "as one of them. Fitted to one cell type's accelerating-rate calorimetry.",
        .source = FENG,
        .gas_constant = 8.314,
        .k_max = 1e4,
        .sei_formed = REGENERATION,
        .gas_source =
            "total 0.09 mol/Ah; composition of NMC111 cells; shares of the reactions: engineering closure, low "
            "confidence",
        .species =
            {
                [C_SEI] = {.name = "c_sei", .initial = 0.15, .doc = "SEI, metastable and regenerated"},
                [C_AN] = {.name = "c_an", .initial = 1.0, .doc = "lithium in the carbon"},
                [C_SEP] = {.name = "c_sep", .initial = 1.0, .doc = "separator not molten"},
                [C_ELY] = {.name = "c_ely", .initial = 1.0, .doc = "electrolyte left"},
                [C_CA1] = {.name = "c_ca1", .initial = 0.999, .doc = "cathode left, first channel"},
                [C_CA2] = {.name = "c_ca2", .initial = 0.999, .doc = "cathode left, second channel"},
            },
        .reactions =
            {
                {.name = "sei_decomposition",
                 .A = 1.667e15,
                 .Ea = 1.3508e5,
                 .heat = SEI_HEAT,
                 .content = 391.14,
                 .factors = {{.law = &pro_law_linear, .species = C_SEI}, GATE(50.0)},
                 .change = {[C_SEI] = -1.0},
                 .full = 0.15,
                 .gas = {[PRO_GAS_CO2] = YIELD(0.5 * SEI_GAS, 391.14, 5.15),
                         [PRO_GAS_C2H4] = YIELD(0.5 * SEI_GAS, 391.14, 5.15)},
                 .stage = PRO_STAGE_sei,
                 .source = FENG},
                {.name = "anode_electrolyte",
                 .A = 0.035,
                 .Ea = 3.3e4,
                 .heat = 1.714e6,
                 .content = 391.14,
                 .factors = {{.law = &pro_law_linear, .species = C_AN},
                             {.law = &pro_law_tunnel, .species = C_SEI, .p = 1.0, .capped = 1},
                             GATE(50.0),
                             {.law = &pro_law_switch, .p = 5.0 / 0.035, .q = CELSIUS(260.0), .capped = 1}},
                 .change = {[C_AN] = -1.0, [C_SEI] = REGENERATION},
                 .full = 1.0,
                 .gas = {[PRO_GAS_H2] = ANODE(0.6, H2),
                         [PRO_GAS_CO] = ANODE(0.1, CO),
                         [PRO_GAS_C2H4] = ANODE(1.0, C2H4),
                         [PRO_GAS_CH4] = ANODE(0.5, CH4),
                         [PRO_GAS_C2H6] = ANODE(1.0, C2H6)},
                 .stage = PRO_STAGE_anode,
                 .source = FENG},
                {.name = "separator_melting",
                 .A = 1.5e50,
                 .Ea = 4.2e5,
                 .heat = -2.332e5,
                 .content = 68.44,
                 .factors = {{.law = &pro_law_linear, .species = C_SEP}, GATE(120.0)},
                 .change = {[C_SEP] = -1.0},
                 .full = 1.0,
                 .stage = PRO_STAGE_separator,
                 .source = FENG},
                {.name = "electrolyte_decomposition",
                 .A = 3.0e15,
                 .Ea = 1.7e5,
                 .heat = 8.0e5,
                 .content = 420.0,
                 .factors = {{.law = &pro_law_linear, .species = C_ELY}, GATE(140.0)},
                 .change = {[C_ELY] = -1.0},
                 .full = 1.0,
                 .gas = {[PRO_GAS_CO2] = ELECTROLYTE(0.33, CO2),
                         [PRO_GAS_CO] = ELECTROLYTE(0.2, CO),
                         [PRO_GAS_H2] = ELECTROLYTE(0.4, H2),
                         [PRO_GAS_CH4] = ELECTROLYTE(0.5, CH4)},
                 .stage = PRO_STAGE_electrolyte,
                 .source = FENG},
                {.name = "cathode_1",
                 .A = 1.75e9,
                 .Ea = 1.1495e5,
                 .heat = 7.7e4,
                 .content = 696.29,
                 .factors = {{.law = &pro_law_linear, .species = C_CA1},
                             {.law = &pro_law_converted, .species = C_CA1},
                             GATE(180.0)},
                 .change = {[C_CA1] = -1.0},
                 .full = 0.999,
                 .gas = {[PRO_GAS_CO2] = CATHODE(0.67, CO2), [PRO_GAS_CO] = CATHODE(0.7, CO)},
                 .stage = PRO_STAGE_cathode,
                 .source = FENG},
                {.name = "cathode_2",
                 .A = 1.077e12,
                 .Ea = 1.5888e5,
                 .heat = 8.4e4,
                 .content = 696.29,
                 .factors = {{.law = &pro_law_linear, .species = C_CA2},
                             {.law = &pro_law_converted, .species = C_CA2},
                             GATE(220.0)},
                 .change = {[C_CA2] = -1.0},
                 .full = 0.999,
                 .gas = {[PRO_GAS_CO2] = CATHODE(0.67, CO2), [PRO_GAS_CO] = CATHODE(0.7, CO)},
                 .stage = PRO_STAGE_cathode,
                 .source = FENG},
            },
};

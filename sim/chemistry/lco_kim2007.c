/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/network.h"

enum { C_SEI, C_NEG, Z_SEI, ALPHA, C_ELY };

#define KIM "Kim, Pesaran & Spotnitz, J. Power Sources 170 (2007) 476; as five public codes agree on it"

/* Gas at full extent, per volume of jelly roll [mol/m3]: 0.265 mol from a 2.6 Ah 18650 of 16.54 mL (Golubkov et
 * al., RSC Adv. 4 (2014) 3633), shared among the species as measured there (from memory, medium confidence:
 * check). */
#define TOTAL (0.265 / 1.654049e-5)
#define H2 (0.300 * TOTAL)
#define CO (0.276 * TOTAL)
#define CO2 (0.249 * TOTAL)
#define CH4 (0.086 * TOTAL)
#define C2H4 (0.077 * TOTAL)
#define C2H6 (0.012 * TOTAL)
/* SEI gas: 0.1 mmol/Ah, what a 2 MPa disc on 1.5 mL leaves room for if it is to open between 130 and 150 degC
 * (pressure closure; half ethylene, half carbon dioxide: guess). */
#define SEI_GAS (0.1e-3 * 2.6 / 1.654049e-5)

/* `total` [mol/m3] spread over a reactant of `content` [kg/m3] used up at extent `full` */
#define YIELD(total, content, full) ((total) / ((content) * (full)))
#define ANODE(share, gas) YIELD((share)*gas, 610.4, 0.75)
#define CATHODE(share, gas) YIELD((share)*gas, 1221.0, 0.96)
#define ELECTROLYTE(share, gas) YIELD((share)*gas, 406.9, 1.0)

const pro_network pro_chemistry_lco_kim2007 = {
    .name = "lco_kim2007",
    .doc =
        "Four decomposition reactions of a LiCoO2/graphite cell at full charge, after Hatchard and Kim. Fitted to "
        "18650 oven tests; no dependence on the state of charge.",
    .source = KIM,
    .gas_constant = 8.314,
    .k_max = 1e4,
    .gas_source = "totals and shares: Golubkov 2014; shares of the reactions: engineering closure, low confidence",
    .species =
        {
            [C_SEI] = {.name = "c_sei",
                       .initial = 0.15,
                       .doc = "metastable SEI, as a fraction of the anode's carbon"},
            [C_NEG] = {.name = "c_neg", .initial = 0.75, .doc = "lithium in the carbon"},
            [Z_SEI] = {.name = "z_sei", .initial = 0.033, .doc = "thickness of the stable SEI"},
            [ALPHA] = {.name = "alpha", .initial = 0.04, .doc = "cathode converted"},
            [C_ELY] = {.name = "c_ely", .initial = 1.0, .doc = "electrolyte left"},
        },
    .reactions =
        {
            {.name = "sei_decomposition",
             .A = 1.667e15,
             .Ea = 1.3508e5,
             .heat = 2.57e5,
             .content = 610.4,
             .factors = {{.law = &pro_law_linear, .species = C_SEI}},
             .change = {[C_SEI] = -1.0},
             .full = 0.15,
             .gas = {[PRO_GAS_CO2] = YIELD(0.5 * SEI_GAS, 610.4, 0.15),
                     [PRO_GAS_C2H4] = YIELD(0.5 * SEI_GAS, 610.4, 0.15)},
             .stage = PRO_STAGE_sei,
             .source = KIM},
            {.name = "anode_electrolyte",
             .A = 2.5e13,
             .Ea = 1.3508e5,
             .heat = 1.714e6,
             .content = 610.4,
             .factors = {{.law = &pro_law_linear, .species = C_NEG},
                         {.law = &pro_law_tunnel, .species = Z_SEI, .p = 0.033, .capped = 1}},
             .change = {[C_NEG] = -1.0, [Z_SEI] = 1.0},
             .full = 0.75,
             .gas = {[PRO_GAS_H2] = ANODE(0.6, H2),
                     [PRO_GAS_CO] = ANODE(0.1, CO),
                     [PRO_GAS_C2H4] = ANODE(1.0, C2H4),
                     [PRO_GAS_CH4] = ANODE(0.5, CH4),
                     [PRO_GAS_C2H6] = ANODE(1.0, C2H6)},
             .stage = PRO_STAGE_anode,
             .source = KIM},
            {.name = "cathode_conversion",
             .A = 6.667e13,
             .Ea = 1.396e5,
             .heat = 3.14e5,
             .content = 1221.0,
             .factors = {{.law = &pro_law_seed, .species = ALPHA}, {.law = &pro_law_vacancy, .species = ALPHA}},
             .change = {[ALPHA] = 1.0},
             .full = 0.96,
             .gas = {[PRO_GAS_CO2] = CATHODE(0.67, CO2), [PRO_GAS_CO] = CATHODE(0.7, CO)},
             .stage = PRO_STAGE_cathode,
             .source = KIM},
            {.name = "electrolyte_decomposition",
             .A = 5.14e25,
             .Ea = 2.74e5,
             .heat = 1.55e5,
             .content = 406.9,
             .factors = {{.law = &pro_law_linear, .species = C_ELY}},
             .change = {[C_ELY] = -1.0},
             .full = 1.0,
             .gas = {[PRO_GAS_CO2] = ELECTROLYTE(0.33, CO2),
                     [PRO_GAS_CO] = ELECTROLYTE(0.2, CO),
                     [PRO_GAS_H2] = ELECTROLYTE(0.4, H2),
                     [PRO_GAS_CH4] = ELECTROLYTE(0.5, CH4)},
             .stage = PRO_STAGE_electrolyte,
             .source = KIM},
        },
};

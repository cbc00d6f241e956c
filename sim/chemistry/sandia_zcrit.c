/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/network.h"

enum { EC, C6LI, SEI, LI2CO3, COO2, CO3O4 };

#define LIM1TR "Sandia's LIM1TR, Examples/Damkohler/3_rxn.yaml (BSD)"

/* Species are densities [kg/m3]; a unit extent is all of a reaction's reactants, its content: LIM1TR's rates
 * [kg/(m3 s)] are divided by that. */
#define DENSITY 1815.759421 /* of the cell [kg/m3] */

/* shares of a kg of reactants: 2 C6Li + EC -> 2 C6 + Li2CO3 + C2H4, 3 CoO2 + 0.4 EC -> Co3O4 + 67.2228 g of gas */
#define ANODE_SUM (2.0 * 79.007 + 88.062)
#define CATHODE_SUM (3.0 * 90.931 + 0.4 * 88.062)

/* The film in units of tau = z_c rho_Li2CO3, z_c = 2 6 12.011/(M_Li2CO3 DENSITY Y_graphite sqrt(BET)) [m3/kg],
 * with 0.1212044831 of graphite of 1.1 m2/g; exp(-72.5 min(tau, 0.08)). Edges: a_e = 0.31 BET^1.22 = 0.34822565963
 * m2/g. */
#define Z_C 0.008450869862972004
#define EDGES 0.34822565963153257

/* Damkoehler numbers AD = (r_o - r_i) r_o/(r_i 1000 a_e DENSITY) A/(D exp(E_D/(R 298.15 K))), r_i = 1 um, r_o = 2
 * um; anode A 2.1e13 1/s, D 3.67e-14 m2/s, E_D 35 kJ/mol; cathode 6.667e11, 2.0e-14, 29. The exponents: (E -
 * E_D)/R [K]. */
#define ANODE_AD 1336463206.6984608
#define CATHODE_AD 875899002.8893946
#define R 8.3145

/* A full charge is what the cathode can take; the anode has 10 kg/m3 more of C6Li. */
#define COO2_FULL (0.1468153507 * DENSITY)

/* contents [kg/m3]: of the anode what its electrolyte suffices for */
#define W_SEI (0.01361898014 * DENSITY)
#define W_ANODE (0.05390021822 * DENSITY * ANODE_SUM / 88.062)
#define W_CATHODE (COO2_FULL * CATHODE_SUM / (3.0 * 90.931))

const pro_network pro_chemistry_sandia_zcrit = {
    .name = "sandia_zcrit",
    .doc =
        "Three reactions of a stack of LCO/graphite pouch cells with a critical film on the anode and Damkoehler "
        "limits, as Sandia's LIM1TR has them: for comparing codes. Departs from it where electrolyte is nearly "
        "gone: "
        "the cathode then stops as the anode does.",
    .source =
        "Kurzawski et al., Proc. Combust. Inst. 38 (2021) 4737; Shurtz, J. Electrochem. Soc. 165 (2018) "
        "A3878; " LIM1TR,
    .gas_constant = R,
    .k_max = 1e8, /* changes the verified initial rate by 2e-11 of it */
    .gas_source =
        "stoichiometry of the reactions: SEI C2H4 + CO2 (and oxygen, left out), anode C2H4, cathode 1.2 CO2 "
        "(and water, left out)",
    .species =
        {
            [EC] = {.name = "ec", .initial = 0.05390021822 * DENSITY, .doc = "ethylene carbonate [kg/m3]"},
            [C6LI] = {.name = "c6li",
                      .initial = 0.1328782311 * DENSITY,
                      .doc = "lithiated carbon [kg/m3]",
                      .per_soc = COO2_FULL * 79.007 / 90.931,
                      .lithium = 1},
            [SEI] = {.name = "sei", .initial = W_SEI, .doc = "metastable SEI [kg/m3]"},
            [LI2CO3] = {.name = "li2co3", .initial = 0.0, .doc = "stable SEI made by the anode [kg/m3]"},
            [COO2] =
                {.name = "coo2", .initial = COO2_FULL, .doc = "delithiated cathode [kg/m3]", .per_soc = COO2_FULL},
            [CO3O4] = {.name = "co3o4", .initial = 0.005399760104 * DENSITY, .doc = "spinel [kg/m3]"},
        },
    .reactions =
        {
            /* order 1/2, a line below 1 g/m3 */
            {.name = "sei_decomposition",
             .A = 3.707251453e16 / W_SEI,
             .Ea = 16236.69493 * R,
             .heat = 6.35e5,
             .content = W_SEI,
             .factors = {{.law = &pro_law_power, .species = SEI, .p = 0.5, .q = 1e-3}},
             .change = {[SEI] = -W_SEI},
             .gas = {[PRO_GAS_C2H4] = 1e3 / 161.952, [PRO_GAS_CO2] = 1e3 / 161.952},
             .stage = PRO_STAGE_sei,
             .full = 1.0,
             .source = LIM1TR},
            {.name = "anode_electrolyte",
             .A = 3.2718e13 * EDGES / W_ANODE,
             .Ea = 135000.0,
             .heat = 2.2871e6,
             .content = W_ANODE,
             .factors =
                 {{.law = &pro_law_available, .species = C6LI},
                  {.law = &pro_law_tunnel_critical, .species = LI2CO3, .p = 1.0 / (72.5 * Z_C), .q = 0.08 / Z_C},
                  {.law = &pro_law_saturation, .species = EC, .p = 1.2},
                  {.law = &pro_law_diffusion, .p = ANODE_AD, .q = (135000.0 - 35000.0) / R, .capped = 1}},
             .change = {[C6LI] = -W_ANODE * 2.0 * 79.007 / ANODE_SUM,
                        [EC] = -W_ANODE * 88.062 / ANODE_SUM,
                        [LI2CO3] = W_ANODE * 73.89 / ANODE_SUM},
             .gas = {[PRO_GAS_C2H4] = 1e3 / ANODE_SUM},
             .stage = PRO_STAGE_anode,
             .full = 1.0,
             .source = LIM1TR},
            {.name = "cathode_conversion",
             .A = 1539795175.0 / W_CATHODE,
             .Ea = 122520.0,
             .heat = 1732228.705,
             .content = W_CATHODE,
             .factors = {{.law = &pro_law_available, .species = COO2},
                         {.law = &pro_law_seed, .species = CO3O4},
                         {.law = &pro_law_saturation, .species = EC, .p = 1.2},
                         {.law = &pro_law_diffusion, .p = CATHODE_AD, .q = (122520.0 - 29000.0) / R, .capped = 1}},
             .change = {[COO2] = -W_CATHODE * 3.0 * 90.931 / CATHODE_SUM,
                        [EC] = -W_CATHODE * 0.4 * 88.062 / CATHODE_SUM,
                        [CO3O4] = W_CATHODE * 240.795 / CATHODE_SUM},
             .gas = {[PRO_GAS_CO2] = 1.2e3 / CATHODE_SUM},
             .stage = PRO_STAGE_cathode,
             .full = 1.0,
             .source = LIM1TR},
        },
};

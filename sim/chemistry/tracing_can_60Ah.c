/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/network.h"

/* A kg of cell holds 6.5e5 J and warms by J/(1000 J/(kg K)): d extent/dt = 1000/6.5e5 10^g(T), until the store is
 * empty. What the store's last per cent does is a numerical choice: it runs out at a rate, and the factor's 1 +
 * 0.01 makes up for its value at the start. */
#define ENERGY 6.5e5         /* [J/kg] */
#define HEAT_CAPACITY 1000.0 /* [J/(kg K)] */
#define LAST 0.01

/* Gas: NMC111's 0.09 mol/Ah, of 97.8 % identified (medium confidence), spread over the reaction as it goes. */
#define GRAMS (1e3 / 60.0) /* of cell per Ah */
#define GAS(percent) ((percent) / 97.8 * 0.09 / (GRAMS * 1e-3))

const pro_network pro_chemistry_tracing_can_60Ah = {
    .name = "tracing_can_60Ah",
    .doc =
        "One reaction whose rate is the self-heating that calorimetry traced on a 60 Ah cell in a metal can; its "
        "store includes the stored charge, so that what currents take is not released again.",
    .source = "Virtual Vehicle, BatterySafety (Modelica): table of a 60 Ah cell in a metal can, 650 kJ",
    .gas_constant = 8.314,
    .k_max = 1e4,
    .gas_source = "total 0.09 mol/Ah, composition of NMC111 cells (medium confidence)",
    .species =
        {{.name = "c_energy", .initial = 1.0, .doc = "energy left, of the store", .per_soc = 1.0, .lithium = 1}},
    .reactions =
        {
            {.name = "runaway",
             .A = (1.0 + LAST) * HEAT_CAPACITY / ENERGY,
             .Ea = 0.0,
             .heat = ENERGY,
             .per_capacity = 1.0 / (60.0 * 3600.0), /* 1 kg of 60 Ah */
             .factors = {{.law = &pro_law_tracing_can_60Ah, .capped = 1}, {.law = &pro_law_saturation, .p = LAST}},
             .change = {-1.0},
             .gas = {[PRO_GAS_H2] = GAS(20.9),
                     [PRO_GAS_CO] = GAS(16.9),
                     [PRO_GAS_CO2] = GAS(43.0),
                     [PRO_GAS_CH4] = GAS(6.9),
                     [PRO_GAS_C2H4] = GAS(8.1),
                     [PRO_GAS_C2H6] = GAS(2.0)},
             .stage = PRO_STAGE_cathode,
             .full = 1.0,
             .source = "Virtual Vehicle, BatterySafety (Modelica)"},
        },
};

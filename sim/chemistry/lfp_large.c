/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.345)   /* [g/Ah] */
#define CATHODE (1.0 / 0.150) /* [g/Ah] */
#define ELECTROLYTE 3.5       /* [g/Ah] */
#define SEPARATOR 0.5         /* [g/Ah] */
#define VOLTAGE 3.20          /* [V] */
/* Prada et al. 2013 with Afshar 2017: lithium between 0.70 and 0.004 in the cathode, 0.018 and 0.81 in the carbon
 */
#define LITHIUM_LEFT (0.01762 / 0.81004)
#define CATHODE_LEFT ((1.0 - 0.7035) / (1.0 - 0.00376))

/* Total: 0.04 to 0.05 mol/Ah; 101.3 L from 86 Ah (10.1016/j.jpowsour.2024.235633). Shares: medians of 11 tests in
 * 6 papers, of 94 % identified. */
#define TOTAL 0.045 /* [mol/Ah] */
#define H2 (51.0 / 94.0 * TOTAL)
#define CO (7.0 / 94.0 * TOTAL)
#define CO2 (25.0 / 94.0 * TOTAL)
#define CH4 (4.0 / 94.0 * TOTAL)
#define C2H4 (7.0 / 94.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.03e-3 /* what a 0.7 MPa disc on 100 mL leaves room for at 150 degC: pressure closure */

#define FIT CALIBRATED "on ARC of cells of 280 to 314 Ah taken as one temperature: effective values"
#define LFP "Ea, heat: literature from memory whose behaviour was checked; A: 1.75 times as large, calibrated"

/* No oxygen stage: a phosphate's oxygen is not free below 250 to 310 degC, and little of it beyond. No crosstalk
 * either, for it needs that oxygen: lithium leaves by currents and by the anode's reaction alone. */
const pro_network pro_chemistry_lfp_large = {
    .name = "lfp_large",
    .doc =
        "LFP/graphite, prismatic cells of some 20 to 314 Ah: anode and SEI calibrated on ARC, as "
        "effective values of a lumped cell. Calibrated for this project and not literature; for cells of"
        " any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 110-145, 166-234 degC "
        "(10.1016/j.est.2025.119376, 10.1016/j.est.2024.114196, 10.1016/j.enconman.2025.120133)",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "total: 10.1016/j.jpowsour.2024.235633; shares: medians of 11 tests in 6 papers (machine-"
        "extracted); who makes it: engineering closure, low confidence",
    .species = {SPECIES},
    .reactions =
        {
            SEI_REACTION(7.85e13, FIT),
            ANODE_REACTION(3.80e12, FIT, PHOSPHATE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(3.494e8, 1.03e5, 1.947e5, 0.0, LFP, PHOSPHATE_CATHODE_GASES),
            ELECTROLYTE_REACTION(PHOSPHATE_ELECTROLYTE_GASES),
            BINDER_REACTION(PHOSPHATE_BINDER_GASES),
            SEPARATOR_REACTION,
        },
};

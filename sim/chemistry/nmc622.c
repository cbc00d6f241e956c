/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.350)                        /* [g/Ah] */
#define CATHODE (1.0 / 0.175)                      /* [g/Ah] */
#define ELECTROLYTE 1.6                            /* [g/Ah] */
#define SEPARATOR 0.3                              /* [g/Ah] */
#define VOLTAGE 3.68                               /* [V] */
#define LITHIUM_LEFT 0.03                          /* as in nmc811 */
#define CATHODE_LEFT ((1.0 - 0.90) / (1.0 - 0.27)) /* lithium between 0.90 (guess) and 0.90 - 0.175/0.2765 */

/* Total: between nmc811 and nmc532. Shares: medians of 18 tests in 5 papers, of 87 % identified. */
#define TOTAL 0.075 /* [mol/Ah] */
#define H2 (23.0 / 87.0 * TOTAL)
#define CO (31.0 / 87.0 * TOTAL)
#define CO2 (28.0 / 87.0 * TOTAL)
#define CH4 (2.0 / 87.0 * TOTAL)
#define C2H4 (3.0 / 87.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 7.214e5 /* Noh et al. 2013 [J/kg] */
/* Li0.27 M O2 to MO and Li2O: 0.5 - 0.27/4 mol of O2 from 96.93 g */
#define OXYGEN ((0.5 - 0.27 / 4.0) * 31.998 / 96.93)

#define BURNT 0.9 /* guess, between nickel-rich cells and LCO */

#define FIT CALIBRATED "on ARC onset and runaway and on ovens of 18650 cells"

const pro_network pro_chemistry_nmc622 = {
    .name = "nmc622",
    .doc =
        "NMC622/graphite: anode and SEI calibrated on ARC, the cathode on a calorimeter's peak. "
        "Calibrated for this project and not literature; for cells of any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 80-101, 171-217 degC "
        "(10.1016/j.energy.2023.128027, 10.1016/j.energy.2021.122097, "
        "10.1016/j.applthermaleng.2025.129440); cathode: Noh et al., J. Power Sources 233 (2013) 121",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "total: between NMC811 and NMC532; shares: medians of 18 tests in 5 papers (machine-extracted); "
        "who makes it: engineering closure, low confidence",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(8.05e14, FIT),
            ANODE_REACTION(6.18e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(7.88e12, 1.5e5, HEAT, 1.0,
                             "A: calibrated to a peak at 264 degC when heated at 5 K/min, Ea fixed; heat: Noh et "
                             "al., J. Power Sources 233 (2013) 121",
                             OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
